"""What a failed job can be, and what may follow."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class FailedJobStatus(Status):
    """Whether anybody has done something about it."""

    FAILED = "failed", Text("Failed")
    RETRIED = "retried", Text("Queued again")


_F = FailedJobStatus

FAILED_JOB = Machine(
    "failed_job",
    FailedJobStatus,
    _F.FAILED,
    {"retry": ([_F.FAILED], _F.RETRIED, Text("An admin has queued it again; if it fails again, that is a new row."))},
)
