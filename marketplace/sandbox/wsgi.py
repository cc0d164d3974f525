"""The application for gunicorn: one worker process with threads, because the scheduler lives in it."""

import os

from marketplace.sandbox import create_sandbox
from marketplace.sandbox.settings import from_environment

app = create_sandbox(from_environment(os.environ))
