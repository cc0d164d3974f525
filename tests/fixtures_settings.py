"""Other settings for one test."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from marketplace.config import Settings
from tests.builders import World


@pytest.fixture
def settings_are(world: World) -> Iterator[Callable[..., None]]:
    """Change settings of the running application by name; all are as before after the test."""
    extensions = world.app.extensions
    before: Settings = extensions["settings"]

    def change(**values: object) -> None:
        extensions["settings"] = replace(extensions["settings"], **values)

    yield change
    extensions["settings"] = before
