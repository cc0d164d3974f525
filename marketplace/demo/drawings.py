"""Pictures for the demo shop: drawn from parameters, free of licences, the same for the same seed."""

from marketplace.demo import (
    drawings_body,
    drawings_cabin,
    drawings_chassis,
    drawings_drivetrain,
    drawings_engine,
    drawings_lamps,
)
from marketplace.demo.drawings_bodies import BODIES
from marketplace.demo.drawings_cars import paint_car
from marketplace.demo.drawings_studio import ACCENTS, Scene
from marketplace.demo.drawings_views import View, look, pack

_PARTS = {
    **drawings_chassis.PARTS,
    **drawings_engine.PARTS,
    **drawings_drivetrain.PARTS,
    **drawings_body.PARTS,
    **drawings_lamps.PARTS,
    **drawings_cabin.PARTS,
}

CAR_BODIES: tuple[str, ...] = tuple(BODIES)
PART_KINDS: tuple[str, ...] = tuple(sorted(_PARTS))


def draw_car(body: str, seed: int, view: View = View.WHOLE) -> str:
    """Return the SVG text of a car: paint, backdrop, rims and direction follow from the seed.

    Args: body, one of CAR_BODIES; seed, any whole number; view, the whole car or one end of it.
    Raises: KeyError for an unknown body.
    """
    scene = Scene(body, seed)
    paint_car(scene, body)
    look(scene, body, view)
    return scene.text()


def draw_part(kind: str, seed: int, view: View = View.WHOLE) -> str:
    """Return the SVG text of a car part: colours and backdrop follow from the seed.

    Args: kind, one of PART_KINDS; seed, any whole number; view, the whole part or close to it.
    Raises: KeyError for an unknown kind.
    """
    scene = _part(kind, seed)
    look(scene, kind, view)
    return scene.text()


def draw_packed(kind: str, seed: int, *, brand: str, part_number: str, condition: str) -> str:
    """Return the SVG text of the same part before its carton, on which the three texts stand.

    Raises: KeyError for an unknown kind.
    """
    scene = _part(kind, seed)
    pack(scene, brand, part_number, condition)
    return scene.text()


def _part(kind: str, seed: int) -> Scene:
    scene = Scene(kind, seed, ACCENTS)
    _PARTS[kind](scene)
    return scene
