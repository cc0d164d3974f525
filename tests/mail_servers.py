"""Real mail servers on a port of their own, and what goes wrong with them."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace.inbox.storing import Keeper


@dataclass
class Taken:
    """What a server has taken: each mail with its envelope's recipients."""

    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    answer: Callable[[EmailMessage], str] = lambda _mail: "250 OK"
    """What the server says after DATA; a mail answered with 250 counts as taken."""
    hang_up: bool = False
    """Whether it takes the mail and closes the line before it answers."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  its name
        """Take a mail, or do not."""
        mail = message_from_bytes(bytes(envelope.content or b""), policy=default)
        assert isinstance(mail, EmailMessage)
        said = self.answer(mail)
        if said.startswith("250"):
            self.mails.append(mail)
            self.to.append(list(envelope.rcpt_tos))
        if self.hang_up and server.transport:
            server.transport.close()
        return said

    @property
    def subjects(self) -> list[str]:
        """The subjects of what was taken."""
        return [str(mail["Subject"]) for mail in self.mails]


@contextmanager
def mail_server(taken: Taken | Keeper, port: int = 0, *, smtputf8: bool = True) -> Iterator[int]:
    """Serve `taken` over SMTP for a while; yield the port."""
    loop = asyncio.new_event_loop()
    ready, found = threading.Event(), []

    async def serve() -> None:
        server = await loop.create_server(
            lambda: SMTP(taken, hostname="localhost", enable_SMTPUTF8=smtputf8, loop=loop), "127.0.0.1", port
        )
        found.append(server)
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, name="mail-server", daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield int(found[0].sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_end(found[0], loop), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(server: asyncio.Server, loop: asyncio.AbstractEventLoop) -> None:
    server.close()
    for task in asyncio.all_tasks(loop) - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)


@contextmanager
def silent_server() -> Iterator[int]:
    """Take connections and never say a word; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
