"""Where files of people lie: outside the web root, under names nobody can guess and that say nothing about them."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from marketplace.media import file_rules, picture_rules
from marketplace.media.file_rules import shown_name

__all__ = ["FileStore", "LocalStore", "StoredFile", "check", "shown_name"]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in a store already; `file_name` is what people see."""

    file_name: str
    stored_name: str
    media_type: str
    size_bytes: int


class FileStore(Protocol):
    """A place for files, each under its own name."""

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` under `name`, which is new."""

    def drop(self, name: str) -> None:
        """Forget what is under `name`; nothing is fine."""


@dataclass(frozen=True, slots=True)
class LocalStore:
    """A folder of this machine, under VAR_DIR."""

    folder: Path

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` in the folder; its owner alone may read it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / name).write_bytes(content)

    def drop(self, name: str) -> None:
        """Delete the file."""
        (self.folder / name).unlink(missing_ok=True)


def check(content: bytes, name: str) -> tuple[StoredFile, bytes]:
    """Return what a file would be stored as, and the bytes to store: pictures without metadata.

    Raises Invalid what `file_rules.file_type` raises.
    """
    media_type, ending = file_rules.file_type(content)
    kept = picture_rules.without_metadata(content, media_type)
    shown = shown_name(name)
    if not shown.lower().endswith((f".{ending}", ".jpeg" if ending == "jpg" else f".{ending}")):
        shown = f"{shown}.{ending}"
    return StoredFile(shown, f"{secrets.token_hex(16)}.{ending}", media_type, len(kept)), kept
