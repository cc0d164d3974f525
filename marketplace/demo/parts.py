"""A part of the demo shop, and all of them together."""

from dataclasses import dataclass

from marketplace.catalog.operations import PartFacts
from marketplace.demo.people import Person

NEW = "New"
REFURBISHED = "Refurbished"
VERY_GOOD = "Used, very good"
GOOD = "Used, good"
FOR_PARTS = "For parts"


@dataclass(frozen=True)
class DemoPart:
    """One part; `shape` is one of drawings.PART_KINDS. Price and delivery are minor units of the seller's currency."""

    seller: Person
    shape: str
    category: str
    title: str
    brand: str
    part_number: str
    condition: str
    fits: str
    price_minor: int
    delivery_minor: int
    units: int
    text: str

    def facts(self) -> PartFacts:
        """Return what the catalogue stores."""
        return PartFacts(self.category, self.brand, self.part_number, self.condition, self.fits)
