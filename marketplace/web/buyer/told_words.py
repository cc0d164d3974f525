"""One thing a person is told, in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One fact in words."""

    icon: str
    title: str
    text: str
    url: str
    action: str
