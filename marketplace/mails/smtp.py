"""The mail server's side of a mail: handing it over, and what may become of that.

https://docs.python.org/3/library/smtplib.html and RFC 5321: 4xx is for now, 5xx for good, 421 means the server closes.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

_CLOSING = 421


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over; `security` is starttls, tls or none."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: int = 10
    own_name: str = "localhost"
    """What we call ourselves in the greeting."""


class ServerDown(Exception):
    """The server does not answer, or not as one that takes our mail: no mail has been touched."""


class Refused(Exception):
    """The server does not take this mail; `is_final` when trying again changes nothing."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Lost(Exception):
    """The line broke while a mail was handed over: nobody knows whether the server has it."""


class Connection:
    """An open line to the server."""

    def __init__(self, line: smtplib.SMTP) -> None:
        self._line = line

    def send(self, message: EmailMessage, sender: str, to: str) -> None:
        """Hand one mail over. Raises Refused, ServerDown when it wants none at all, Lost when the line breaks."""
        try:
            self._line.send_message(message, from_addr=sender, to_addrs=[to])
        except smtplib.SMTPSenderRefused as error:
            raise ServerDown(f"The server does not let {sender} send: {_said(error)}") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused("The mail server takes no such address.", is_final=True) from error
        except (smtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
            if isinstance(error, smtplib.SMTPResponseException):
                raise _refused(error.smtp_code, error.smtp_error) from error
            raise Lost(f"The line broke before the server had answered ({type(error).__name__}).") from error


@contextmanager
def connected(server: Server) -> Iterator[Connection]:
    """Yield an open line to the server, signed in where it wants that. Raises ServerDown."""
    try:
        line = _open(server)
    except smtplib.SMTPAuthenticationError as error:
        raise ServerDown(f"The server does not let us sign in: {_said(error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise ServerDown(f"{server.host}:{server.port} does not answer: {error or type(error).__name__}") from error
    try:
        yield Connection(line)
    finally:
        _close(line)


def _open(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    line = (
        smtplib.SMTP_SSL(server.host, server.port, server.own_name, timeout=server.timeout_seconds, context=context)
        if server.security == "tls"
        else smtplib.SMTP(server.host, server.port, server.own_name, timeout=server.timeout_seconds)
    )
    try:
        if server.security == "starttls":
            line.starttls(context=context)
        if server.user:
            line.login(server.user, server.password)
    except BaseException:
        line.close()
        raise
    return line


def _close(line: smtplib.SMTP) -> None:
    try:
        line.quit()
    except (smtplib.SMTPException, OSError):
        line.close()


def _refused(code: int, said: bytes | str) -> Exception:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    if code == _CLOSING:
        return ServerDown(f"The server closes: {text}")
    return Refused(f"The server says {code}: {text}", is_final=code >= 500)


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
