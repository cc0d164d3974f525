"""Refusals in PayPal's shape: a name, details with an issue each, and an id for whoever asks."""

from marketplace.sandbox.wire import JSON


class Refusal(Exception):
    """What the API answers instead of doing what was asked."""

    def __init__(self, status: int, name: str, issue: str, description: str) -> None:
        super().__init__(f"{name}: {issue}")
        self.status, self.name, self.issue, self.description = status, name, issue, description

    def body(self, debug_id: str) -> JSON:
        """Return the answer's body (developer.paypal.com/api/rest/responses)."""
        return {
            "name": self.name,
            "message": _MESSAGES.get(self.name, self.description),
            "debug_id": debug_id,
            "details": [{"issue": self.issue, "description": self.description}],
            "links": [],
        }


_MESSAGES = {
    "UNPROCESSABLE_ENTITY": "The requested action could not be performed, semantically incorrect, or failed business"
    " validation.",
    "RESOURCE_NOT_FOUND": "The specified resource does not exist.",
    "INVALID_REQUEST": "Request is not well-formed, syntactically incorrect, or violates schema.",
    "INTERNAL_SERVER_ERROR": "An internal server error occurred.",
}


def unprocessable(issue: str, description: str) -> Refusal:
    """Return the refusal of what is well formed and can't be done."""
    return Refusal(422, "UNPROCESSABLE_ENTITY", issue, description)


def malformed(issue: str, description: str) -> Refusal:
    """Return the refusal of what can't be read."""
    return Refusal(400, "INVALID_REQUEST", issue, description)


def missing() -> Refusal:
    """Return the refusal of what is not there, or not any more."""
    words = "Specified resource ID does not exist. Please check the resource ID and try again."
    return Refusal(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", words)
