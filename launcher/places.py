"""Where does everything live?

A normal user finds all of it in the checkout's `var/` (or `$VAR_DIR`). PostgreSQL refuses to run as root, so root
keeps the environment and the clusters under /var/lib/marketplace, where the unprivileged server user can reach them
without the mode of any foreign folder being changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.console import Failure

ROOT_STATE = Path("/var/lib/marketplace")
SERVER_USER_OF_ROOT = "nobody"
# A Unix socket's path holds 107 bytes; PostgreSQL adds "/.s.PGSQL.5432" and, beside it, ".lock".
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class ServerUser:
    """The unprivileged account that runs PostgreSQL when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Places:
    """The folders of one checkout."""

    checkout: Path
    var: Path
    environment: Path
    clusters: Path
    server_user: ServerUser | None

    @property
    def settings_file(self) -> Path:
        """The effective settings of the demo, secrets included."""
        return self.var / "demo.env"

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return self.environment / "bin" / "python"


def find_places(checkout: Path, variables: Mapping[str, str]) -> Places:
    """Tell where this checkout keeps its state. Creates nothing. Raises Failure when root has no account to borrow."""
    default_var = checkout / "var"
    var = Path(variables.get("VAR_DIR") or default_var).expanduser()
    var = var if var.is_absolute() else checkout / var
    if os.geteuid() != 0:
        return Places(checkout, var, var / "venv", var, None)
    home = ROOT_STATE / _short_hash(checkout)
    clusters = home if var == default_var else home / _short_hash(var)
    return Places(checkout, var, home / "venv", clusters, borrowed_account())


def borrowed_account() -> ServerUser | None:
    """Return the account that runs PostgreSQL: None means ours, root borrows `nobody`. Raises Failure without one."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SERVER_USER_OF_ROOT)
    except KeyError:
        raise Failure(
            f"PostgreSQL does not run as root, and the account `{SERVER_USER_OF_ROOT}` that would run it is missing "
            "on this machine. Run the command as a normal user instead."
        ) from None
    return ServerUser(entry.pw_uid, entry.pw_gid)


def open_to_server(places: Places) -> None:
    """Let PostgreSQL's account read what root is about to make, whatever the umask. Secrets have modes of their own."""
    if places.server_user:
        os.umask(0o022)


def make_folder(folder: Path, mode: int = 0o755, owner: ServerUser | None = None) -> Path:
    """Create a folder with its parents; a folder that exists keeps its mode. Raises Failure when it can't be made."""
    try:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=mode, exist_ok=True)
            if owner:
                os.chown(folder, owner.uid, owner.gid)
    except OSError as error:
        raise Failure(
            f"The folder {folder} can't be created: {error.strerror}. Check its owner and the disk."
        ) from None
    return folder


def socket_folder(cluster: Path, owner: ServerUser | None) -> Path:
    """Return the private folder of a cluster's socket: beside its data, or in /tmp where that path is too long."""
    beside = cluster / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER and "," not in str(beside):  # PostgreSQL reads a list
        return make_folder(beside, 0o700, owner)
    note = cluster / "socket-folder"
    if note.is_file():
        known = Path(note.read_text(encoding="utf-8").strip())
        if _is_private(known, owner):
            return known
    fresh = Path(tempfile.mkdtemp(prefix="marketplace-", dir="/tmp"))  # mkdtemp makes it ours, mode 0700
    if owner:
        os.chown(fresh, owner.uid, owner.gid)
    note.write_text(f"{fresh}\n", encoding="utf-8")
    return fresh


def _is_private(folder: Path, owner: ServerUser | None) -> bool:
    """Tell whether a folder in /tmp is still the one we made: ours, closed to others, no link."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    expected = owner.uid if owner else os.geteuid()
    return folder.is_dir() and not folder.is_symlink() and found.st_uid == expected and found.st_mode & 0o077 == 0


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
