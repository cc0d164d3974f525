"""The last run of each periodic job and of each step of the tick, and every failure of a queued job."""

from typing import ClassVar

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Document, EnumText, LongText, Text64, UtcTime
from marketplace.history import Ruled
from marketplace.job_runs.states import FAILED_JOB, FailedJobStatus
from marketplace.transitions import Machine


class LastRun(Base):
    """How a job or step that comes again and again went last. Times are system time."""

    __tablename__ = "last_run"

    name: Mapped[Text64] = mapped_column(primary_key=True)
    started_at: Mapped[UtcTime]
    milliseconds: Mapped[int]
    done: Mapped[int]
    """How many things it dealt with."""
    error: Mapped[LongText]
    """Why it failed; "" when it did not."""
    failed_at: Mapped[UtcTime | None]
    """When it failed last, if ever."""


class FailedJob(Ruled, Base):
    """One failure of one job of the queue; the job itself is a row of procrastinate's."""

    __tablename__ = "failed_job"
    __table_args__ = (Index(None, "job_id"),)
    machine: ClassVar[Machine] = FAILED_JOB

    job_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[Text64]
    arguments: Mapped[Document]
    error: Mapped[LongText]
    failed_at: Mapped[UtcTime]
    """System time."""
    status: Mapped[FailedJobStatus] = mapped_column(EnumText(FailedJobStatus), default=FAILED_JOB.initial)
