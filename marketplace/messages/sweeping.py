"""Attachments that a killed process left behind: in the store, and in no message."""

from datetime import datetime

from sqlalchemy import ARRAY, String, any_, bindparam, select

from marketplace import db
from marketplace.media.storing import FileStore
from marketplace.messages.models import MessageFile

_AT_ONCE = 500
_KEPT = select(MessageFile.stored_name).where(MessageFile.stored_name == any_(bindparam("names", type_=ARRAY(String))))


def sweep(store: FileStore, *, before: datetime) -> int:
    """Delete the files of the store that no message has and nothing wrote since `before`; return how many.

    `before` is system time, at least as long ago as a request can take.
    """
    names, swept = list(store.names_before(before)), 0
    for start in range(0, len(names), _AT_ONCE):
        batch = names[start : start + _AT_ONCE]
        kept = {row.stored_name for row in db.read(_KEPT, {"names": batch})}
        for name in batch:
            if name not in kept:
                store.drop(name)
                swept += 1
    return swept
