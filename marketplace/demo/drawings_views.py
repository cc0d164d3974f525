"""Other looks at the same thing: closer to a part of it, and packed beside its carton with the number on it."""

from enum import Enum
from xml.sax.saxutils import escape

from marketplace.demo.drawings_bodies import BODIES
from marketplace.demo.drawings_stock import box
from marketplace.demo.drawings_studio import Point, Scene, number

_CARTON = (
    "0 #d9b48a, 0.5 #cba274, 1 #b58a5b",
    "0 #e6c9a4, 1 #d7b58b",
    "0 #a77f53, 1 #8d6841",
)
_BARS = (3, 1, 2, 1, 4, 1, 1, 3, 2, 1, 1, 2, 4, 1, 2, 1, 3, 1, 1, 2, 3, 1)


class View(Enum):
    """From where a thing is seen, and what to say about it in words."""

    WHOLE = ""
    FRONT = "the front, close"
    REAR = "the rear, close"
    CLOSE = "close"
    PACKED = "with its carton"


def look(scene: Scene, name: str, view: View) -> None:
    """Move what the scene shows so that it is seen as `view` says; `name` is a car body, or any part."""
    if view in (View.FRONT, View.REAR):
        front, rear = BODIES[name].wheels
        along = front + 24 if view == View.FRONT else rear + 6
        is_mirrored = "matrix(-1 0 0 1 800 -18)" in "".join(scene.shapes)
        _closer(scene, (800 - along if is_mirrored else along, 352), 2.05)
    elif view == View.CLOSE:
        _closer(scene, ((330, 300), (465, 312), (400, 268))[scene.choose(3, 5)], 2.15)


def pack(scene: Scene, brand: str, part_number: str, condition: str) -> None:
    """Put what the scene shows small before a carton that says what is in it."""
    shapes, scene.shapes = scene.shapes, []
    scene.shadow(300, 476, 250, 26)
    front, top, side = (scene.linear(stops) for stops in _CARTON)
    box(scene, 96, 196, 340, 280, 84, (front, top, side))
    scene.rect(250, 196, 34, 280, "#c9975d", fill_opacity=0.55)
    scene.rect(132, 262, 236, 148, "#fdfcf8", 6)
    _write(scene, 150, 300, 26, brand[:16], "#1d262c", weight=700)
    _write(scene, 150, 336, 24, part_number[:17], "#1d262c", mono=True)
    _write(scene, 150, 362, 16, condition[:26], "#4c5960")
    left = 150.0
    for place, width in enumerate(_BARS):
        if place % 2 == 0:
            scene.rect(left, 374, width * 2.2, 24, "#1d262c")
        left += width * 2.2
    scene.open(transform="translate(398 226) scale(0.5)")
    scene.shapes += shapes
    scene.close()


def _closer(scene: Scene, point: Point, factor: float) -> None:
    (x, y), f = point, number(factor)
    scene.shapes.insert(0, f'<g transform="translate(400 320) scale({f}) translate({number(-x)} {number(-y)})">')
    scene.close()


def _write(
    scene: Scene, x: float, y: float, size: float, words: str, colour: str, *, weight: int = 400, mono: bool = False
) -> None:
    family = "ui-monospace, Consolas, monospace" if mono else "Inter, system-ui, sans-serif"
    scene.shapes.append(
        f'<text x="{number(x)}" y="{number(y)}" font-family="{family}" font-size="{number(size)}" '
        f'font-weight="{weight}" fill="{colour}">{escape(words)}</text>'
    )
