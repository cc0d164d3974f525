"""Where a file of listings becomes a job: looked at as a whole first, then taken in a hundred rows at a time."""

from datetime import datetime

from marketplace import db
from marketplace.catalog import import_operations, import_parsing
from marketplace.media.file_rules import shown_name


def begin(content: bytes, file_name: str, *, seller_id: int, now: datetime) -> int:
    """Keep a file to be taken in by a job and return the id of the import; raises Invalid for what can't be read."""
    sheet = import_parsing.read(content)
    return db.atomic(
        import_operations.begin_import,
        (),
        seller_id=seller_id,
        file_name=shown_name(file_name),
        content=content,
        sheet=sheet,
        now=now,
    )


def run(import_id: int, *, now: datetime) -> None:
    """Take in the rest of a file. Safe to run twice, and after having been killed: each step says where it stands."""
    while db.atomic(import_operations.take_rows, (f"listing-import:{import_id}",), import_id=import_id, now=now):
        pass
