"""Attachments that a killed process left behind: in the store, and in no message."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, String, any_, bindparam, select

from marketplace import db
from marketplace.media import storing
from marketplace.media.storing import FileStore
from marketplace.messages.models import MessageFile

_KEPT = select(MessageFile.stored_name).where(MessageFile.stored_name == any_(bindparam("names", type_=ARRAY(String))))


def sweep(store: FileStore, *, before: datetime) -> int:
    """Delete the files of the store that no message has and nothing wrote since `before`; return how many.

    `before` is system time, at least as long ago as a request can take.
    """
    return storing.sweep(store, before=before, kept=_kept_among)


def _kept_among(names: Sequence[str]) -> set[str]:
    return {row.stored_name for row in db.read(_KEPT, {"names": list(names)})}
