"""What a handler of one type of event is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.config import Settings
from marketplace.history import Actor
from marketplace.providers.base import Provider

Apply = Callable[[Session, Any, Actor, Settings, datetime], str]


@dataclass(frozen=True)
class Handler:
    """How one type of event becomes a fact in the books."""

    parse: Callable[[Any], Any] | None
    read: Callable[[Provider, str, Mapping[str, Any]], Any] | None
    apply: Apply
    payment_id: Callable[[Any], int | None] = lambda facts: facts.payment_id
    is_one_look: bool = False
    """Whether one look at the object answers all events about it that wait together: they say nothing themselves."""
