"""Pictures of the demo listings: drawn, and laid in the media folder under their content's hash."""

import hashlib
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from marketplace.catalog.operations import Picture
from marketplace.demo.cars import DemoCar
from marketplace.demo.drawings import draw_car, draw_part
from marketplace.demo.drawings_studio import ACCENTS, PAINTS, Scene
from marketplace.demo.parts import DemoPart

_COLOURS = ("Green", "Red", "Blue", "Yellow", "Silver", "Graphite", "White", "Turquoise")  # in the order of PAINTS


def picture_car(folder: Path, car: DemoCar, number: int) -> list[Picture]:
    """Draw the `number`-th car two or three times, in its colour, into `folder`."""
    tone = PAINTS[_COLOURS.index(car.colour)][1]
    seeds = _seeds(number * 100, lambda seed: Scene(car.shape, seed).paint.middle == tone)
    files = [_store(folder, draw_car(car.shape, seed)) for seed in islice(seeds, 2 + number % 2)]
    return _described(files, f"{car.colour} {car.make} {car.model}")


def picture_part(folder: Path, part: DemoPart, number: int) -> list[Picture]:
    """Draw the `number`-th part one to three times, each time in the same colour, into `folder`."""
    first = number * 100
    tone = Scene(part.shape, first, ACCENTS).paint.middle
    seeds = _seeds(first, lambda seed: Scene(part.shape, seed, ACCENTS).paint.middle == tone)
    files = [_store(folder, draw_part(part.shape, seed)) for seed in islice(seeds, 1 + number % 3)]
    return _described(files, part.title)


def _seeds(start: int, is_right: Callable[[int], bool]) -> Iterator[int]:
    return (seed for seed in count(start) if is_right(seed))


def _described(files: list[str], subject: str) -> list[Picture]:
    if len(files) == 1:
        return [Picture(files[0], subject)]
    return [Picture(name, f"{subject}, picture {place} of {len(files)}") for place, name in enumerate(files, start=1)]


def _store(folder: Path, drawing: str) -> str:
    content = drawing.encode()
    name = f"{hashlib.sha256(content).hexdigest()}.svg"
    if not (folder / name).exists():
        draft = folder / f"{name}.new"
        draft.write_bytes(content)
        draft.rename(folder / name)
    return name
