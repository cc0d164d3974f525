"""State machines as tables of named verbs, each with a why. Pure: `history.py` is what writes a status."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marketplace.errors import Conflict, NotAllowed
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _

_THIS = {
    "auction": Text("This auction"),
    "bid": Text("This bid"),
    "discount": Text("This discount"),
    "discount_use": Text("This discount use"),
    "dispute": Text("This dispute"),
    "failed_job": Text("This failed job"),
    "incoming_transfer": Text("This incoming transfer"),
    "invoice": Text("This invoice"),
    "listing": Text("This listing"),
    "mail": Text("This mail"),
    "order": Text("This order"),
    "outbound_call": Text("This outbound call"),
    "outgoing_transfer": Text("This outgoing transfer"),
    "payment": Text("This payment"),
    "payment_tracker": Text("This payment tracker"),
    "payment_transaction": Text("This payment transaction"),
    "payout": Text("This payout"),
    "provider_event": Text("This provider event"),
    "purchase": Text("This purchase"),
    "reconciliation_break": Text("This reconciliation break"),
    "refund": Text("This refund"),
    "saved_method": Text("This saved card"),
    "risk_review": Text("This check"),
    "seller_account": Text("This seller account"),
    "stock_reservation": Text("This stock reservation"),
    "transfer_reversal": Text("This transfer reversal"),
    "unapplied_receipt": Text("This unapplied receipt"),
}
"""What a row is called, by its table; ours are all here."""


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
            raise AlreadyThere(_("%(thing)s is already %(status)s.", thing=self._this(), status=self._label(status)))
        if move.sources & self._reachable(status):
            early = _("%(thing)s is %(status)s; that comes too early.", thing=self._this(), status=self._label(status))
            raise MoveNotAllowed(early)
        raise Impossible(f"{self.name}: {verb} from {status}")

    def _reachable(self, status: str) -> set[str]:
        forward = [move for verb, move in self.moves.items() if verb not in self.walks_back]
        reached: set[str] = set()
        frontier = {status}
        while frontier:
            frontier = {move.target for move in forward if move.sources & frontier} - reached
            reached |= frontier
        return reached

    def _this(self) -> str:
        return str(_THIS.get(self.name) or f"This {self.name.replace('_', ' ')}")

    def _label(self, status: str) -> str:
        return self.states(status).label.lower()
