"""Shapes that many parts share: cylinders, boxes, bolts, gears, brushed discs, thickness."""

from marketplace.demo.drawings_studio import ALUMINIUM, STEEL, Scene, number, polar, polygon


def wedge(cx: float, cy: float, radius: float, start: float, end: float) -> str:
    """Return the path data of a slice of a circle between two angles in degrees."""
    (x1, y1), (x2, y2) = polar(cx, cy, radius, start), polar(cx, cy, radius, end)
    arc = f"A{number(radius)} {number(radius)} 0 0 1"
    return f"M{number(cx)} {number(cy)}L{number(x1)} {number(y1)}{arc} {number(x2)} {number(y2)}Z"


def brushed(scene: Scene, cx: float, cy: float, radius: float, strength: float = 0.55) -> None:
    """Lay the bow-tie shine of turned metal over a disc."""
    for start, width, power in (
        (205, 46, 1.0),
        (219, 18, 0.9),
        (25, 46, 0.7),
        (39, 18, 0.7),
        (120, 30, 0.3),
        (300, 30, 0.3),
    ):
        scene.path(wedge(cx, cy, radius, start, start + width), "#ffffff", fill_opacity=strength * power * 0.5)
    for start in (75, 165, 255, 345):
        scene.path(wedge(cx, cy, radius, start - 16, start + 16), "#1a2228", fill_opacity=strength * 0.12)


def upright(
    scene: Scene, cx: float, top: float, width: float, height: float, stops: str, *, tilt: float = 0.16, lid: str = ""
) -> None:
    """Draw a standing cylinder; tilt is how far its round ends open towards the viewer."""
    rx, ry, left, right = width / 2, width / 2 * tilt, cx - width / 2, cx + width / 2
    arc = f"A{number(rx)} {number(ry)} 0 0"
    body = (
        f"M{number(left)} {number(top)}V{number(top + height)}{arc} 0 {number(right)} {number(top + height)}"
        f"V{number(top)}{arc} 1 {number(left)} {number(top)}Z"
    )
    scene.path(body, scene.linear(stops, x2=1, y2=0))
    if lid:
        scene.ellipse(cx, top, rx, ry, lid)


def lying(
    scene: Scene, left: float, cy: float, width: float, height: float, stops: str, *, tilt: float = 0.3, face: str = ""
) -> None:
    """Draw a lying cylinder whose left end looks at the viewer."""
    ry, rx, right = height / 2, height / 2 * tilt, left + width
    arc = f"A{number(rx)} {number(ry)} 0 0"
    body = (
        f"M{number(left)} {number(cy - ry)}H{number(right)}{arc} 1 {number(right)} {number(cy + ry)}"
        f"H{number(left)}{arc} 1 {number(left)} {number(cy - ry)}Z"
    )
    scene.path(body, scene.linear(stops))
    if face:
        scene.ellipse(left, cy, rx, ry, face)


def bolt(scene: Scene, cx: float, cy: float, radius: float) -> None:
    """Draw a hexagon bolt head seen from the front."""
    scene.circle(cx + radius * 0.12, cy + radius * 0.16, radius * 1.2, "#0d1215", fill_opacity=0.35)
    scene.circle(cx, cy, radius * 1.15, scene.linear(STEEL, x2=1))
    scene.path(
        polygon([polar(cx, cy, radius * 0.85, 60 * step + 12) for step in range(6)]),
        scene.linear(ALUMINIUM),
        stroke="#5d686f",
        stroke_width=0.8,
    )


def hole(scene: Scene, cx: float, cy: float, radius: float) -> None:
    """Draw a drilled hole with a lit lower edge."""
    scene.circle(cx, cy + radius * 0.14, radius * 1.06, "#ffffff", fill_opacity=0.65)
    scene.circle(cx, cy, radius, scene.linear("0 #07090b, 1 #343c42"))


def gear(cx: float, cy: float, radius: float, teeth: int, depth: float) -> str:
    """Return the path data of a toothed wheel."""
    step = 360 / teeth
    points = []
    for index in range(teeth):
        for share, size in ((0.0, radius - depth), (0.2, radius), (0.5, radius), (0.7, radius - depth)):
            points.append(polar(cx, cy, size, step * (index + share)))
    return polygon(points)


def thick(scene: Scene, data: str, fill: str, dx: float, dy: float, *, steps: int = 5) -> None:
    """Give a flat outline thickness by laying copies behind it, away from the light."""
    for index in range(steps, 0, -1):
        scene.path(
            data,
            fill,
            stroke=fill,
            stroke_width=2,
            transform=f"translate({number(dx * index / steps)} {number(dy * index / steps)})",
        )


def box(scene: Scene, x: float, y: float, w: float, h: float, depth: float, fills: tuple[str, str, str]) -> None:
    """Draw a box from the front, with its top and right faces; fills are front, top and side."""
    front, top, side = fills
    rise = depth * 0.55
    scene.path(
        polygon(((x, y), (x + depth, y - rise), (x + w + depth, y - rise), (x + w, y))),
        top,
        stroke=top,
        stroke_width=3,
        stroke_linejoin="round",
    )
    scene.path(
        polygon(((x + w, y), (x + w + depth, y - rise), (x + w + depth, y + h - rise), (x + w, y + h))),
        side,
        stroke=side,
        stroke_width=3,
        stroke_linejoin="round",
    )
    scene.rect(x, y, w, h, front, 5)
    scene.line(f"M{number(x + 3)} {number(y + 1)}H{number(x + w - 3)}", "#ffffff", 2, opacity=0.4)


def stand_on(scene: Scene, cx: float, width: float, y: float = 474) -> None:
    """Lay the shadow of something that stands at y and is this wide."""
    scene.shadow(cx, y, width * 0.56, max(12.0, width * 0.052))


def lens(scene: Scene, cx: float, cy: float, radius: float) -> None:
    """Draw a round projector lens in its ring."""
    scene.circle(cx, cy, radius * 1.22, scene.linear(STEEL, x2=1))
    scene.circle(cx, cy, radius * 1.1, "#12171a")
    scene.circle(
        cx, cy, radius, scene.radial("0 #f4fbff, 0.35 #a9c3d1, 0.7 #3f5a69, 1 #141d23", cx=0.42, cy=0.4, r=0.62)
    )
    scene.circle(cx, cy, radius * 0.7, "none", stroke="#e7f4fb", stroke_opacity=0.35, stroke_width=2)
    scene.ellipse(cx - radius * 0.35, cy - radius * 0.42, radius * 0.3, radius * 0.18, "#ffffff", fill_opacity=0.85)
