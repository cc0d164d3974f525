"""A shop whose mail goes to a real local server."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from marketplace import clock, posting
from tests.builders import World
from tests.mail_servers import Taken, mail_server


@dataclass
class PostOffice:
    """The mail job of a shop, and the server it sends to."""

    world: World
    taken: Taken

    def run(self) -> int:
        """Do once what the mail job does. Raises what it would only write down."""
        known = self.world.app.extensions
        now, system_now = self.world.now, clock.system_now()
        return posting.run(known["settings"], write=known["mail_writer"], now=now, system_now=system_now)

    def at(self, **changes: object) -> None:
        """Change the mail settings of the shop."""
        known = self.world.app.extensions
        known["settings"] = replace(known["settings"], **changes)

    def states(self) -> list[tuple[object, ...]]:
        """What became of each mail: its kind and status."""
        return self.world.rows("SELECT kind, status FROM mail ORDER BY id")


@pytest.fixture
def post(world: World) -> Iterator[PostOffice]:
    """A post office that has begun: what is told from now on is mailed."""
    before, taken = world.app.extensions["settings"], Taken()
    with mail_server(taken) as port:
        office = PostOffice(world, taken)
        office.at(
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            smtp_timeout_seconds=2,
            mail_from="hello@tandem.example",
        )
        office.run()
        yield office
    world.app.extensions["settings"] = before
