"""Pictures of the demo listings: drawn, and laid in the media folder under their content's hash."""

import hashlib
from itertools import count
from pathlib import Path

from marketplace.catalog.operations import Picture
from marketplace.demo.cars import DemoCar
from marketplace.demo.drawings import draw_car, draw_packed, draw_part
from marketplace.demo.drawings_studio import PAINTS, Scene
from marketplace.demo.drawings_views import View
from marketplace.demo.parts import DemoPart

_COLOURS = ("Green", "Red", "Blue", "Yellow", "Silver", "Graphite", "White", "Turquoise")  # in the order of PAINTS


def picture_car(folder: Path, car: DemoCar, number: int) -> list[Picture]:
    """Draw the `number`-th car in its colour into `folder`: the whole car, its front, and often its rear."""
    tone = PAINTS[_COLOURS.index(car.colour)][1]
    seed = next(seed for seed in count(number * 100) if Scene(car.shape, seed).paint.middle == tone)
    views = (View.WHOLE, View.FRONT, View.REAR)[: 2 + number % 2]
    subject = f"{car.colour} {car.make} {car.model}"
    return [_picture(folder, draw_car(car.shape, seed, view), subject, view) for view in views]


def picture_part(folder: Path, part: DemoPart, number: int) -> list[Picture]:
    """Draw the `number`-th part into `folder`: the whole part, mostly close, and often with its carton."""
    seed = number * 100
    found = [_picture(folder, draw_part(part.shape, seed), part.title, View.WHOLE)]
    if number % 4:
        found.append(_picture(folder, draw_part(part.shape, seed, View.CLOSE), part.title, View.CLOSE))
    if number % 3:
        packed = draw_packed(part.shape, seed, brand=part.brand, part_number=part.part_number, condition=part.condition)
        found.append(_picture(folder, packed, part.title, View.PACKED))
    return found


def _picture(folder: Path, drawing: str, subject: str, view: View) -> Picture:
    return Picture(_store(folder, drawing), f"{subject}, {view.value}" if view.value else subject)


def _store(folder: Path, drawing: str) -> str:
    content = drawing.encode()
    name = f"{hashlib.sha256(content).hexdigest()}.svg"
    if not (folder / name).exists():
        draft = folder / f"{name}.new"
        draft.write_bytes(content)
        draft.rename(folder / name)
    return name
