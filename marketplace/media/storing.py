"""Where files of people lie: outside the web root, under names nobody can guess and that say nothing about them."""

import importlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from marketplace.config import MediaPolicy
from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.media import file_rules, pictures
from marketplace.media.file_rules import shown_name

__all__ = ["FileStore", "LocalStore", "StoredFile", "check", "shown_name", "store", "sweep"]

_PICTURES = (b"\x89PNG", b"\xff\xd8")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in a store already; `file_name` is what people see."""

    file_name: str
    stored_name: str
    media_type: str
    size_bytes: int


class FileStore(Protocol):
    """A place for files, each under its own name. Whatever keeps it from doing something is an OSError."""

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` under `name`: wholly, or not at all."""

    def open(self, name: str) -> BinaryIO:
        """Return what is under `name`, to be read and closed; raises NotFound for nothing."""

    def drop(self, name: str) -> None:
        """Forget what is under `name`; nothing is fine."""

    def names_before(self, moment: datetime) -> Iterator[str]:
        """Yield the names that nothing was put under since `moment`, system time."""


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A folder of this machine, under VAR_DIR."""

    folder: Path

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` in the folder; its owner alone may read it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f"{name}.{secrets.token_hex(4)}.new"
        draft.write_bytes(content)
        draft.rename(self.folder / name)

    def open(self, name: str) -> BinaryIO:
        """Open the file; raises NotFound without it."""
        try:
            return (self.folder / name).open("rb")
        except FileNotFoundError as error:
            raise NotFound(_("There is no such file.")) from error

    def drop(self, name: str) -> None:
        """Delete the file."""
        (self.folder / name).unlink(missing_ok=True)

    def names_before(self, moment: datetime) -> Iterator[str]:
        """Yield the files that were not written since `moment`."""
        if not self.folder.is_dir():
            return
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.is_file() and datetime.fromtimestamp(entry.stat().st_mtime, UTC) < moment:
                    yield entry.name


def store(policy: MediaPolicy, var_dir: Path, folder: str) -> FileStore:
    """Return where the files of `folder` lie: in the bucket that the settings name, or under VAR_DIR."""
    if not policy.s3_bucket:
        return LocalStore(var_dir.resolve() / folder)
    # Only who sets a bucket needs the library that reaches it.
    s3 = importlib.import_module("marketplace.media.s3_storing")
    return cast("FileStore", s3.bucket(policy, folder))


def sweep(store: FileStore, *, before: datetime, kept: Callable[[Sequence[str]], set[str]]) -> int:
    """Delete the files that nothing wrote since `before` and that `kept` does not return; return how many.

    `kept` is asked about at most 500 names at a time. `before` is system time, at least as long ago as a request takes.
    """
    names, swept = list(store.names_before(before)), 0
    for start in range(0, len(names), _AT_ONCE):
        batch = names[start : start + _AT_ONCE]
        known = kept(batch)
        lost = [name for name in batch if name not in known]
        for name in lost:
            store.drop(name)
        swept += len(lost)
    return swept


def check(content: bytes, name: str) -> tuple[StoredFile, bytes]:
    """Return what a file would be stored as, and the bytes to store: pictures written anew, documents as they are.

    Raises Invalid what `file_rules.file_type` and `pictures.rewritten` raise.
    """
    if len(content) > file_rules.LARGEST_FILE_BYTES or not content.startswith(_PICTURES):
        (media_type, ending), kept = file_rules.file_type(content), content
    else:
        picture = pictures.rewritten(content, longest=pictures.LONGEST_ATTACHED, keeps_png=True)
        media_type, ending, kept = picture.media_type, picture.ending, picture.content
    shown = shown_name(name)
    if not shown.lower().endswith((f".{ending}", ".jpeg" if ending == "jpg" else f".{ending}")):
        shown = f"{shown}.{ending}"
    return StoredFile(shown, f"{secrets.token_hex(16)}.{ending}", media_type, len(kept)), kept
