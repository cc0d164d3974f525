"""The handle by which tests, simulations and the dashboard switch faults on and off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketplace.sandbox import fault_states, faults
from marketplace.sandbox.faults import Kind, Rule, Where

if TYPE_CHECKING:
    from marketplace.sandbox.engine import Sandbox


@dataclass(frozen=True)
class Strike:
    """One time a fault struck, in virtual Unix seconds; what does not apply is empty.

    `mark` is the number of the last request on the sandbox's log before it.
    """

    id: int
    fault_id: int
    kind: Kind
    at: int
    mark: int
    method: str
    path: str
    request_id: str
    key: str
    event_id: str
    event: str
    object_id: str


class Switchboard:
    """All faults of one sandbox. With a seed and one thing happening at a time, the same faults strike again."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def add(
        self,
        kind: Kind | str,
        *,
        method: str = "",
        path: str = "",
        event: str = "",
        object: str = "",  # noqa: A002  # as the API calls what has an id
        metadata: Mapping[str, str] | None = None,
        for_seconds: int | None = None,
        **how: Any,
    ) -> Rule:
        """Switch a fault on for requests or events that match, for `for_seconds` of virtual time from now on.

        `how` is what `faults.add` takes: probability (0 to 1), times, until, seed, seconds, copies, code and words.
        Raises ValueError for an unknown kind.
        """
        where = Where(method, path, event, object, dict(metadata or {}))
        with self._sandbox.work() as work:
            if for_seconds is not None:
                how["until"] = work.present + for_seconds
            rule = faults.add(work, Kind(kind), where, **how)
            fault_states.follow_at_once(work, rule)
            return rule

    def remove(self, fault_id: int) -> None:
        """Switch one fault off."""
        with self._sandbox.work() as work:
            faults.switch_off(work, fault_id)
        self._sandbox.wake()

    def clear(self) -> None:
        """Switch all faults off; what was put off stays put off, what they planned still happens."""
        with self._sandbox.work() as work:
            faults.switch_off(work)
        self._sandbox.wake()

    def active(self) -> list[Rule]:
        """Return the faults that may strike now, oldest first."""
        with self._sandbox.work() as work:
            return faults.active(work, Kind)

    def strikes(self, fault_id: int | None = None) -> list[Strike]:
        """Return what one fault or all of them have done, oldest first."""
        with self._sandbox.work() as work:
            found = work.rows(
                "SELECT * FROM strikes WHERE %(id)s::bigint IS NULL OR fault_id = %(id)s ORDER BY id", id=fault_id
            )
        return [Strike(**row | {"kind": Kind(row["kind"])}) for row in found]
