"""All parts of the demo shop, in the order in which they are put on the shelves."""

from marketplace.demo.parts_body import BODY_PARTS
from marketplace.demo.parts_chassis import CHASSIS_PARTS
from marketplace.demo.parts_engine import ENGINE_PARTS

PARTS = (*CHASSIS_PARTS, *ENGINE_PARTS, *BODY_PARTS)
