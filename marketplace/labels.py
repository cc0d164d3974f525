"""Words that stand in rows and code, with what people read for them."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """Words with labels: `DAMAGED = "damaged", "It arrived damaged"`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member from its word and its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @property
    def english(self) -> str:
        """The label as it is stored and sent elsewhere, whatever language is read here and now."""
        return str.__str__(self.label)
