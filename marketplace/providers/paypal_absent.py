"""What PayPal does not do for us: sellers are paid by the other provider, and its books are read capture by capture."""

from collections.abc import Callable
from typing import Any, Never

from marketplace.providers.base import Refused


class Absent:
    """A part of the port that this provider does not have: whoever asks it is refused."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def refuse(*_: object, **__: object) -> Never:
            raise Refused("not_supported", f"PayPal is not asked about {self._what} here ({name}).")

        return refuse


class NoCards(Absent):
    """No card is saved at this provider, and none was used that we could know."""

    def used_for(self, charge_id: str) -> None:
        """Return None: what the payer paid PayPal with is between the two."""
        del charge_id
