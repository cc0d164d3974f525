"""What a mail can be, and what may follow."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class MailStatus(Status):
    """Where a mail stands."""

    QUEUED = "queued", Text("Waiting")
    SENT = "sent", Text("Sent")
    FAILED = "failed", Text("Failed")
    SKIPPED = "skipped", Text("Not sent")


_M = MailStatus

MAIL = Machine(
    "mail",
    MailStatus,
    _M.QUEUED,
    {
        "send": ([_M.QUEUED], _M.SENT, Text("The mail server has taken it.")),
        "fail": ([_M.QUEUED], _M.FAILED, Text("The mail server refused it, or it was tried too often.")),
        "skip": ([_M.QUEUED], _M.SKIPPED, Text("Nobody needs it by mail; it stands in the app.")),
        "retry": ([_M.FAILED], _M.QUEUED, Text("An admin has asked to send it again.")),
    },
    walks_back=("retry",),
)
