"""The shop under gunicorn on the database of a test, and streams that browsers hold open on it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from launcher.programs import gunicorn
from marketplace.config import Settings
from tests.builders import World

CHECKOUT = Path(__file__).parent.parent
PATIENCE_SECONDS = 30
_COOKIE = "tandem_session"


@dataclass
class ServedShop:
    """A gunicorn of its own before a world."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    streams: list["Stream"] = field(default_factory=list)

    def get(self, path: str, cookie: str = "", **options: str) -> requests.Response:
        """Ask for a page as a browser with `cookie` does."""
        headers = {"Host": "localhost", "Cookie": f"{_COOKIE}={cookie}", **options}
        return requests.get(
            f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=PATIENCE_SECONDS, allow_redirects=False
        )

    def cookie(self, world: World, user_id: int) -> str:
        """Sign a person in and return what their browser keeps of it."""
        found = world.client(user_id).get_cookie(_COOKIE)
        assert found is not None
        return found.value

    def listen(self, cookie: str, version: str = "HTTP/1.1") -> "Stream":
        """Open a stream; it is closed with the shop at the latest."""
        self.streams.append(Stream(self.port, cookie, version))
        return self.streams[-1]


class Stream:
    """One stream as a browser holds it: its head, and whatever comes."""

    def __init__(self, port: int, cookie: str, version: str) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        request = f"GET /live {version}\r\nHost: localhost\r\nCookie: {_COOKIE}={cookie}\r\n\r\n"
        self._line.sendall(request.encode("ascii"))
        self._came = b""
        self._until(lambda: b"\r\n\r\n" in self._came)
        head, self._came = self._came.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("ascii").split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def hears(self, within: float = PATIENCE_SECONDS) -> bool:
        """Wait for the next event; return whether one came."""
        return self._until(lambda: b"event: changed\ndata: 1\n\n" in self._came, within) and self._take()

    def ends(self, within: float = PATIENCE_SECONDS) -> bytes | None:
        """Wait until the server ends the stream; return what came before that, None if it goes on."""
        return self._came if not self._until(lambda: False, within) and self._is_over else None

    def close(self) -> None:
        """Go away as a closed page does."""
        self._line.close()

    _is_over = False

    def _take(self) -> bool:
        _, self._came = self._came.split(b"event: changed\ndata: 1\n\n", 1)
        return True

    def _until(self, is_there: Callable[[], bool], within: float = PATIENCE_SECONDS) -> bool:
        deadline = time.monotonic() + within
        while not is_there():
            self._line.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                came = self._line.recv(65_536)
            except TimeoutError:
                return False
            except ConnectionResetError:
                came = b""
            self._is_over = not came
            if self._is_over:
                return is_there()
            self._came += came
            if time.monotonic() > deadline:
                return is_there()
        return True


@contextmanager
def served_shop(settings: Settings, folder: Path) -> Iterator[ServedShop]:
    """Serve the shop of `settings` by gunicorn as `make run` does, by one worker with four threads."""
    with socket.create_server(("127.0.0.1", 0)) as finding:
        port = finding.getsockname()[1]
    log = folder / "gunicorn.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            gunicorn(Path(sys.executable), "wsgi:app", port, 1, 4, is_forked=True),
            cwd=CHECKOUT,
            env=_variables(settings),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    shop = ServedShop(process, port, log)
    try:
        _wait(shop)
        yield shop
    finally:
        for stream in shop.streams:
            stream.close()
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait(shop: ServedShop) -> None:
    deadline = time.monotonic() + 2 * PATIENCE_SECONDS
    while True:
        try:
            assert shop.get("/healthz").status_code == 200
        except requests.ConnectionError:
            assert shop.process.poll() is None, shop.log.read_text()
            assert time.monotonic() < deadline, shop.log.read_text()
            time.sleep(0.1)
        else:
            return


def _variables(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_keys[0],
        "STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secrets[0],
        "STRIPE_CONNECT_WEBHOOK_SECRET": settings.stripe_connect_webhook_secrets[0],
        "STRIPE_API_BASE": settings.stripe_api_base or "",
        "MARKETPLACE_BASE_URL": "http://localhost",
        "MARKETPLACE_DEMO": "1",
        "VAR_DIR": str(settings.var_dir),
    }
