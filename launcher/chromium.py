"""Which browser do the browser tests use?"""

from __future__ import annotations

import shutil
from collections.abc import Mapping

# The first is the same engine without windows and menus: a page costs it a third of the processor time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)


def find_chromium(variables: Mapping[str, str]) -> str | None:
    """Return the path of a Chromium or Chrome: $CHROMIUM, else the first known name on PATH. None without any."""
    wanted = variables.get("CHROMIUM")
    if wanted:
        return shutil.which(wanted)
    return next((found for name in NAMES if (found := shutil.which(name))), None)
