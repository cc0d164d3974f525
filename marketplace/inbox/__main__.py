"""`python -m marketplace.inbox`: listen on 127.0.0.1 at $SMTP_PORT and keep what comes in $VAR_DIR/mail."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP

from marketplace.inbox.storing import Keeper

_LARGEST = 25 * 2**20


async def _serve(port: int, folder: Path) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, ended.set)
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=_LARGEST, enable_SMTPUTF8=True, hostname="localhost", loop=loop),
        "127.0.0.1",
        port,
    )
    async with server:
        await ended.wait()


def main() -> int:
    """Serve until SIGTERM or Ctrl-C."""
    asyncio.run(_serve(int(os.environ["SMTP_PORT"]), Path(os.environ.get("VAR_DIR", "var")) / "mail"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
