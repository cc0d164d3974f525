"""The photo studio of the demo pictures: ground, light, materials and the pen that writes SVG.

All pictures share one light (soft, from the upper left), one floor line and 800 x 600 units, so that they look like
one series. Only presentation attributes are used: the strict content policy forbids style attributes and scripts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Corner = tuple[float, float, float]

FLOOR_Y = 400

GROUNDS: tuple[tuple[str, str, str, str], ...] = (
    ("#f5f8f9", "#d3dde1", "#c0ccd1", "#d6dfe2"),
    ("#faf7f1", "#e5dccd", "#d2c7b4", "#e6ddcf"),
    ("#f5f8f3", "#d7dfd2", "#c2ccbc", "#d9e1d5"),
    ("#fbf4f3", "#e6d6d4", "#d3c1bf", "#e7d9d7"),
    ("#f6f5fa", "#dad8e5", "#c6c4d4", "#dcdae6"),
    ("#eef3f6", "#bccad3", "#a6b6c0", "#c0cdd5"),
)
"""Six calm backdrops: wall top, wall bottom, floor back, floor front."""

PAINTS: tuple[tuple[str, str, str], ...] = (
    ("#58ad9a", "#1c6557", "#0b332c"),
    ("#cf5d6c", "#8f2436", "#430d18"),
    ("#6790d2", "#24498a", "#0e2047"),
    ("#ffd488", "#dd962a", "#80500f"),
    ("#ffffff", "#b9c2c8", "#6b757c"),
    ("#8d979f", "#414a52", "#181d22"),
    ("#ffffff", "#e9e5db", "#a09a8d"),
    ("#8accdd", "#2d86a5", "#0f4558"),
)
"""Paints as light, middle and dark tone."""

ACCENTS: tuple[tuple[str, str, str], ...] = (*PAINTS[:4], PAINTS[7], ("#f29a72", "#c4522a", "#64220c"))
"""Colours for parts: the paints that stand out from steel and rubber."""

STEEL: str = "0 #f7f9fa, 0.28 #b9c2c8, 0.5 #e4e9ec, 0.78 #87929a, 1 #aeb7bd"
ALUMINIUM: str = "0 #fbfcfc, 0.35 #d3d9dd, 0.7 #a2acb3, 1 #7b868e"
RUBBER: str = "0 #4b5157, 0.4 #2b3035, 1 #131619"
PLASTIC: str = "0 #5a6269, 0.3 #3a4147, 1 #1b1f23"
BRASS: str = "0 #fdeab5, 0.4 #d7aa4c, 1 #87601a"
COPPER: str = "0 #f4b78d, 0.45 #bf6c38, 1 #6f3413"


def number(value: float) -> str:
    """Return a coordinate with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def polar(cx: float, cy: float, radius: float, degrees: float) -> Point:
    """Return the point at an angle (degrees, clockwise from the right) on a circle."""
    angle = math.radians(degrees)
    return cx + radius * math.cos(angle), cy + radius * math.sin(angle)


def polygon(points: Sequence[Point]) -> str:
    """Return the path data of a closed polygon."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"


def corners(text: str) -> tuple[Corner, ...]:
    """Return the corners written as "x y radius, x y radius"."""
    return tuple((float(x), float(y), float(radius)) for x, y, radius in (part.split() for part in text.split(",")))


def rounded(outline: str | Sequence[Corner], *, closed: bool = True) -> str:
    """Return the path data through corners (a text as in `corners`), each rounded off by its own radius."""
    points = corners(outline) if isinstance(outline, str) else outline
    count = len(points)
    parts: list[str] = []
    for index, (x, y, radius) in enumerate(points):
        if not closed and index in (0, count - 1):
            parts.append(f"{'L' if parts else 'M'}{number(x)} {number(y)}")
            continue
        before, after = points[index - 1], points[(index + 1) % count]
        start = _towards((x, y), (before[0], before[1]), radius)
        end = _towards((x, y), (after[0], after[1]), radius)
        parts.append(f"{'L' if parts else 'M'}{number(start[0])} {number(start[1])}")
        parts.append(f"Q{number(x)} {number(y)} {number(end[0])} {number(end[1])}")
    return "".join(parts) + ("Z" if closed else "")


def _towards(origin: Point, target: Point, distance: float) -> Point:
    length = math.dist(origin, target) or 1.0
    ratio = min(distance, length * 0.5) / length
    return origin[0] + (target[0] - origin[0]) * ratio, origin[1] + (target[1] - origin[1]) * ratio


@dataclass(frozen=True)
class Paint:
    """Three tones of one colour."""

    light: str
    middle: str
    dark: str


class Scene:
    """Draw one picture in the making: collects gradients and shapes and writes the SVG text."""

    def __init__(self, name: str, seed: int, paints: Sequence[tuple[str, str, str]] = PAINTS) -> None:
        self.turn = seed + sum(map(ord, name))
        self.prefix = f"{name.replace('_', '-')}-{seed}"
        self.defs: list[str] = []
        self.shapes: list[str] = []
        self._gradients: dict[str, str] = {}
        self.ground = GROUNDS[self.choose(len(GROUNDS), 1)]
        self.paint = Paint(*paints[self.choose(len(paints), 2)])

    def choose(self, count: int, salt: int) -> int:
        """Return a number below count; neighbouring seeds give different ones, so that a page of pictures varies."""
        return (self.turn * (7 if salt % 2 else 5) + self.turn // count * 3 + salt) % count

    def linear(self, stops: str, x2: float = 0, y2: float = 1, x1: float = 0, y1: float = 0) -> str:
        """Add a linear gradient (top to bottom unless told otherwise) and return its paint reference.

        Stops are written as "offset colour opacity, offset colour"; a colour is #rrggbb or the paint's light, middle
        or dark; the opacity may be left out. The same gradient is kept once.
        """
        line = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
        return self._gradient("linearGradient", line, stops)

    def radial(self, stops: str, cx: float = 0.5, cy: float = 0.5, r: float = 0.5) -> str:
        """Add a radial gradient and return its paint reference."""
        return self._gradient("radialGradient", f'cx="{number(cx)}" cy="{number(cy)}" r="{number(r)}"', stops)

    def _gradient(self, tag: str, geometry: str, stops: str) -> str:
        words = {"light": self.paint.light, "middle": self.paint.middle, "dark": self.paint.dark}
        marks = ""
        for offset, color, *opacity in (part.split() for part in stops.split(",")):
            seen = f' stop-opacity="{opacity[0]}"' if opacity else ""
            marks += f'<stop offset="{offset}" stop-color="{words.get(color, color)}"{seen}/>'
        known = f"{tag} {geometry} {marks}"
        if known not in self._gradients:
            identity = f"{self.prefix}-{len(self.defs)}"
            self.defs.append(f'<{tag} id="{identity}" {geometry}>{marks}</{tag}>')
            self._gradients[known] = f"url(#{identity})"
        return self._gradients[known]

    def clip(self, path_data: str) -> str:
        """Add a clip path and return its reference."""
        identity = f"{self.prefix}-{len(self.defs)}"
        self.defs.append(f'<clipPath id="{identity}"><path d="{path_data}"/></clipPath>')
        return f"url(#{identity})"

    def draw(self, tag: str, **attributes: str | float) -> None:
        """Add one shape; underscores in attribute names become dashes."""
        words = " ".join(
            f'{key.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
            for key, value in attributes.items()
        )
        self.shapes.append(f"<{tag} {words}/>")

    def open(self, **attributes: str | float) -> None:
        """Open a group; close it with close()."""
        words = " ".join(
            f'{key.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
            for key, value in attributes.items()
        )
        self.shapes.append(f"<g {words}>")

    def close(self) -> None:
        """Close the group opened last."""
        self.shapes.append("</g>")

    def path(self, d: str, fill: str = "none", **attributes: str | float) -> None:
        """Add a path."""
        self.draw("path", d=d, fill=fill, **attributes)

    def line(
        self,
        d: str,
        stroke: str,
        width: float,
        *,
        opacity: float = 1,
        shift: Point = (0, 0),
        cap: str = "round",
        dash: str = "",
    ) -> None:
        """Add a stroke along a path, moved by shift."""
        extra: dict[str, str | float] = {"stroke_opacity": opacity} if opacity < 1 else {}
        if shift != (0, 0):
            extra["transform"] = f"translate({number(shift[0])} {number(shift[1])})"
        if dash:
            extra["stroke_dasharray"] = dash
        if cap != "butt":
            extra["stroke_linecap"] = cap
        self.draw("path", d=d, fill="none", stroke=stroke, stroke_width=width, stroke_linejoin="round", **extra)

    def circle(self, cx: float, cy: float, r: float, fill: str = "none", **attributes: str | float) -> None:
        """Add a circle."""
        self.draw("circle", cx=cx, cy=cy, r=r, fill=fill, **attributes)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, fill: str, **attributes: str | float) -> None:
        """Add an ellipse."""
        self.draw("ellipse", cx=cx, cy=cy, rx=rx, ry=ry, fill=fill, **attributes)

    def rect(self, x: float, y: float, w: float, h: float, fill: str, r: float = 0, **attributes: str | float) -> None:
        """Add a rectangle with corner radius r."""
        self.draw("rect", x=x, y=y, width=w, height=h, rx=r, fill=fill, **attributes)

    def shadow(self, cx: float, cy: float, rx: float, ry: float, strength: float = 0.42) -> None:
        """Lay a soft shadow on the floor: a wide faint one and a tight one under the thing."""
        near, far, core = number(strength * 0.75), number(strength * 0.28), number(min(1, strength * 1.35))
        wide = self.radial(f"0 #101820 {near}, 0.6 #101820 {far}, 1 #101820 0")
        tight = self.radial(f"0 #0a0f14 {core}, 0.7 #0a0f14 {number(strength * 0.5)}, 1 #0a0f14 0")
        self.ellipse(cx + 8, cy + ry * 0.15, rx * 1.22, ry * 1.5, wide)
        self.ellipse(cx, cy, rx * 0.96, ry * 0.62, tight)

    def text(self) -> str:
        """Return the finished SVG document with the studio behind the shapes."""
        top, wall, back, front = self.ground
        wall_fill = self.linear(f"0 {top}, 1 {wall}")
        floor_fill = self.linear(f"0 {back}, 0.4 {front}, 1 {front}")
        blend = self.linear(f"0 {wall} 1, 1 {wall} 0")
        glow = self.radial("0 #ffffff 0.75, 1 #ffffff 0")
        shade = self.radial("0 #1b2a33 0, 0.72 #1b2a33 0, 1 #1b2a33 0.13", r=0.75)
        studio = (
            f'<rect width="800" height="600" fill="{floor_fill}"/>'
            f'<rect width="800" height="{FLOOR_Y}" fill="{wall_fill}"/>'
            f'<rect y="{FLOOR_Y}" width="800" height="46" fill="{blend}"/>'
            f'<ellipse cx="330" cy="210" rx="400" ry="250" fill="{glow}"/>'
            f'<rect width="800" height="600" fill="{shade}"/>'
        )
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600" width="800" height="600">'
            f"<defs>{''.join(self.defs)}</defs>{studio}{''.join(self.shapes)}</svg>\n"
        )
