"""The errors of the API, with the body and the status Stripe gives them."""

from typing import Any

DOCUMENTATION = "https://docs.stripe.com/error-codes/"


class ApiError(Exception):
    """One error answer.

    `saved` says whether an idempotency key keeps it: business errors yes, parameter validation no.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
        self.saved = saved

    def body(self, request_id: str) -> dict[str, Any]:
        """Return the JSON body of this error."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error |= {"code": self.code, "doc_url": DOCUMENTATION + self.code.replace("_", "-")}
        if self.param:
            error["param"] = self.param
        error["request_log_url"] = f"/dashboard/events?request={request_id}"
        return {"error": error}


def invalid(message: str, param: str, code: str | None = None) -> ApiError:
    """Return a 400 for a parameter that is wrong in itself; the idempotency key stays free."""
    return ApiError(400, message, code=code, param=param, saved=False)


def refused(message: str, *, code: str | None = None, param: str | None = None) -> ApiError:
    """Return a 400 for a request that is well formed but not possible now; the idempotency key keeps it."""
    return ApiError(400, message, code=code, param=param)


def missing(kind: str, object_id: str, param: str, status: int = 404) -> ApiError:
    """Return the 404 for an object that does not exist; it is a 400 when a parameter of the body named it."""
    return ApiError(status, f"No such {kind}: '{object_id}'", code="resource_missing", param=param)


def no_access(account_id: str) -> ApiError:
    """Return the 403 for an account that is unknown, deleted or no longer connected; Stripe does not say which."""
    return ApiError(
        403,
        f"The provided key does not have access to account '{account_id}' (or that account does not exist). "
        "Application access may have been revoked.",
        code="account_invalid",
        saved=False,
    )
