"""State machines as tables of named verbs, each with a why. Pure: `history.py` is what writes a status."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marketplace.errors import Conflict, NotAllowed
from marketplace.labels import Labelled


class Status(Labelled):
    """A status with a label for people: `PAID = "paid", "Paid"`."""


class AlreadyThere(Conflict):
    """The row has this status or has moved on past it: a replay, fine to ignore."""


class MoveNotAllowed(NotAllowed):
    """The row is not ready for this verb yet: tell the caller."""


class Impossible(Exception):
    """The row can never be moved by this verb any more: something contradicts the books."""


@dataclass(frozen=True)
class Move:
    """One verb's arrows: from any of `sources` to `target`, and why that is right."""

    sources: frozenset[str]
    target: str
    why: str


class Machine:
    """What a thing can be and what may follow; `name` is the table whose rows it rules."""

    def __init__(
        self,
        name: str,
        states: type[Status],
        initial: Status,
        moves: Mapping[str, tuple[Iterable[Status], Status, str]],
        *,
        walks_back: Iterable[str] = (),
    ) -> None:
        self.name = name
        self.walks_back = frozenset(walks_back)
        """Verbs that undo: what they lead to was passed before, so it does not count as further on."""
        self.states = states
        self.initial = initial
        self.moves = {
            verb: Move(frozenset(source.value for source in sources), target.value, why)
            for verb, (sources, target, why) in moves.items()
        }

    def can(self, status: str, verb: str) -> bool:
        """Return whether a row in `status` may be moved by `verb` now."""
        return status in self.moves[verb].sources

    def step(self, status: str, verb: str) -> str:
        """Return the status that follows; raise AlreadyThere, MoveNotAllowed or Impossible (STYLE 13)."""
        move = self.moves[verb]
        if status in move.sources:
            return move.target
        if status == move.target or status in self._reachable(move.target):
            raise AlreadyThere(f"This {self._noun()} is already {self.states(status).label.lower()}.")
        if move.sources & self._reachable(status):
            raise MoveNotAllowed(f"This {self._noun()} is {self.states(status).label.lower()}; that comes too early.")
        raise Impossible(f"{self.name}: {verb} from {status}")

    def _reachable(self, status: str) -> set[str]:
        forward = [move for verb, move in self.moves.items() if verb not in self.walks_back]
        reached: set[str] = set()
        frontier = {status}
        while frontier:
            frontier = {move.target for move in forward if move.sources & frontier} - reached
            reached |= frontier
        return reached

    def _noun(self) -> str:
        return self.name.replace("_", " ")
