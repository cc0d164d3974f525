"""What a mail can be, and what may follow."""

from marketplace.transitions import Machine, Status


class MailStatus(Status):
    """Where a mail stands."""

    QUEUED = "queued", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Not sent"


_M = MailStatus

MAIL = Machine(
    "mail",
    MailStatus,
    _M.QUEUED,
    {
        "send": ([_M.QUEUED], _M.SENT, "The mail server has taken it."),
        "fail": ([_M.QUEUED], _M.FAILED, "The mail server refused it, or it was tried too often."),
        "skip": ([_M.QUEUED], _M.SKIPPED, "Nobody needs it by mail; it stands in the app."),
        "retry": ([_M.FAILED], _M.QUEUED, "An admin has asked to send it again."),
    },
    walks_back=("retry",),
)
