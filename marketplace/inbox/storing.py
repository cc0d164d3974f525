"""Take mails over SMTP and keep the newest in a folder, one file each."""

from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

MOST_KEPT = 500
"""How many mails stay; the oldest go."""


class Keeper:
    """What aiosmtpd calls when a mail has come (https://aiosmtpd.aio-libs.org/en/latest/handlers.html)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  its name
        """Keep one mail; its envelope goes in front as headers of ours."""
        content = envelope.content or b""
        body = content.encode() if isinstance(content, str) else content
        wrapper = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        keep(self.folder, wrapper.encode() + body)
        return "250 OK, kept"


def keep(folder: Path, content: bytes) -> None:
    """Write one mail into `folder` in one move, and let the oldest go."""
    known = sorted(folder.glob("*.eml"))
    name = f"{int(known[-1].stem) + 1 if known else 1:012d}"
    fresh = folder / f"{name}.new"
    fresh.write_bytes(content)
    fresh.rename(folder / f"{name}.eml")
    for old in known[: 1 - MOST_KEPT]:
        old.unlink(missing_ok=True)
