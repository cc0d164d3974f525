"""The shop for gunicorn, ready but not open: imported, it waits for a line on its input before it takes a port.

Not standard library like the rest of the launcher: it runs in the environment. What is imported while the demo's past
is lived need not be imported after it.
"""

from __future__ import annotations

import sys

from wsgi import app

__all__ = ["app"]

if not sys.stdin.readline():
    sys.exit("Nobody is left who could say that the shop may open.")
