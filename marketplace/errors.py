"""The kinds of answer a domain rule can give instead of a result; `web/errors.py` turns them into pages."""


class DomainError(Exception):
    """Tell the caller, in words fit for a page, why the request was not carried out."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = str(message)


class NotFound(DomainError):
    """The thing does not exist, or this viewer may not know that it does."""


class NotAllowed(DomainError):
    """The thing exists, but this actor may not do this to it, or not now."""


class Conflict(DomainError):
    """Somebody else was first, or the thing has changed since the caller looked."""


class Invalid(DomainError):
    """The input is wrong; `field` names the form field where one is to blame."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class TooMany(DomainError):
    """This actor has done it too often within a short time; waiting helps."""
