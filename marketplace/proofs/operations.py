"""Asking for a replay: a job plays it, because it takes longer than anybody waits for a page."""

from pathlib import Path

from sqlalchemy.orm import Session

from marketplace.errors import Conflict
from marketplace.language import gettext as _
from marketplace.proofs import queries
from marketplace.proofs.queries import Replay
from marketplace.queue import JobName, enqueue

_UNDER_WAY = ("queued", "playing")


def ask_replay(session: Session, *, var_dir: Path, seed: int, profile: str) -> None:
    """Queue a seed to be played again; raises Conflict while one is under way, NotFound where none can be played."""
    queries.command()
    last = queries.last_replay(var_dir)
    if last is not None and last.state in _UNDER_WAY:
        raise Conflict(_("Seed %(seed)s is being played. Its story comes first.", seed=last.seed))
    enqueue(session, JobName.REPLAY_SEED, seed=seed, profile=profile)
    queries.keep_replay(var_dir, Replay(seed, profile, "queued", is_kept=False, story=""))
