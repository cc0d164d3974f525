"""Cars from the side: one set of brushes paints every body."""

from marketplace.demo.drawings_bodies import BODIES, Body
from marketplace.demo.drawings_studio import Scene, corners, polar, rounded

FLOOR = 458.0


def paint_car(scene: Scene, name: str) -> None:
    """Draw the car of this body into the scene, facing left or right by the seed."""
    body = BODIES[name]
    scene.shadow(400, FLOOR - 18, 330, 24, 0.5)
    scene.open(transform="matrix(-1 0 0 1 800 -18)" if scene.choose(2, 7) else "translate(0 -18)")
    if "open" in body.extras:
        _cabin(scene)
    if body.rails:
        scene.line(rounded(body.rails, closed=False), "#2b3136", 5)
    outline = rounded(body.outline)
    _shell(scene, body, outline)
    _glass(scene, body)
    _lines(scene, body)
    _lamps(scene, body)
    _extras(scene, body)
    spokes = (5, 7, 10, 6)[scene.choose(4, 9)]
    for x in body.wheels:
        wheel(scene, x, FLOOR - body.wheel_radius, body.wheel_radius, spokes)
    scene.close()


def _shell(scene: Scene, body: Body, outline: str) -> None:
    front, rear = body.wheels
    skin = scene.linear("0 light, 0.22 middle, 0.44 light, 0.52 middle, 0.78 dark, 1 dark")
    scene.path(outline, skin)
    scene.open(clip_path=scene.clip(outline))
    sheen = scene.linear("0 #ffffff 0, 0.25 #ffffff 0.34, 0.6 #ffffff 0.06, 1 #000000 0.18", x2=1, y2=0.15)
    scene.rect(90, 150, 620, 300, sheen)
    ends = scene.linear("0 #000000 0.34, 0.11 #000000 0, 0.88 #000000 0, 1 #000000 0.4", x2=1, y2=0)
    scene.rect(100, 300, 600, 140, ends)
    glint = scene.linear("0 #ffffff 0, 0.2 #ffffff 0.75, 0.7 #ffffff 0.5, 1 #ffffff 0", x2=1, y2=0)
    left, right = body.belt
    scene.path(f"M112 {left + 8}Q400 {left - 10} 692 {right + 4}Q400 {left - 4} 112 {left + 8}Z", glint)
    crease = (left + body.sill) / 2 + 14
    low = scene.linear("0 #000000 0.26, 0.5 #000000 0.05, 1 #ffffff 0.14")
    scene.path(f"M96 {crease + 2}Q400 {crease - 8} 704 {crease - 2}V440H96Z", low)
    if body.cladding:
        scene.rect(96, body.sill - body.cladding + 6, 620, 40, "#23282c")
        for x in (front, rear):
            scene.circle(x, FLOOR - body.wheel_radius, body.wheel_radius + 17, "#23282c")
    scene.rect(96, body.sill, 620, 20, "#15191c")
    for x in (front, rear):
        scene.circle(x, FLOOR - body.wheel_radius, body.wheel_radius + 8, "#0b0e10")
    scene.path("M96 392H142Q150 404 138 416H96Z", "#14181b", fill_opacity=0.85)
    scene.close()


def _glass(scene: Scene, body: Body) -> None:
    if not body.windows:
        return
    tint = scene.linear("0 #1c262d, 0.55 #3c4d57, 1 #6c808a")
    shine = scene.linear("0 #ffffff 0.42, 1 #ffffff 0.04")
    for window in body.windows:
        data = rounded(window)
        scene.path(data, tint, stroke="#0d1214", stroke_width=3.5, stroke_linejoin="round")
        xs, ys = [c[0] for c in corners(window)], [c[1] for c in corners(window)]
        left, width, top, bottom = min(xs), max(xs) - min(xs), min(ys), max(ys)
        scene.open(clip_path=scene.clip(data))
        start = left + width * 0.32
        scene.path(
            f"M{start + 34} {top - 4}h{width * 0.22 + 8}L{start + width * 0.2} {bottom}h-{width * 0.24 + 8}Z", shine
        )
        scene.close()


def _lines(scene: Scene, body: Body) -> None:
    for seam in body.doors:
        data = rounded(seam, closed=False)
        scene.line(data, "#000000", 2, opacity=0.42)
        scene.line(data, "#ffffff", 1, opacity=0.22, shift=(1.6, 0))
    handle = scene.linear("0 light, 1 dark")
    for x, y in body.handles:
        scene.rect(x - 13, y - 1, 28, 9, "#000000", 4, fill_opacity=0.25)
        scene.rect(x - 14, y - 3, 28, 7, handle, 3.5)
    x, y = body.mirror
    mirror = scene.linear("0 light, 0.5 middle, 1 dark")
    scene.path(
        rounded(((x - 4, y + 1, 4), (x - 2, y - 15, 7), (x + 19, y - 15, 6), (x + 22, y - 2, 5), (x + 4, y + 3, 4))),
        mirror,
        stroke="#0d1214",
        stroke_opacity=0.5,
        stroke_width=1,
    )


def _lamps(scene: Scene, body: Body) -> None:
    lens = scene.linear("0 #ffffff, 0.5 #c9d7de, 1 #7d8e97", x2=1, y2=1)
    scene.path(rounded(body.headlight), lens, stroke="#1a2024", stroke_width=2.5)
    xs, ys = [c[0] for c in corners(body.headlight)], [c[1] for c in corners(body.headlight)]
    scene.circle(min(xs) + 24, (min(ys) + max(ys)) / 2 + 1, 5.5, "#eef6fa", stroke="#5b6a73", stroke_width=2)
    red = scene.linear("0 #ff7a66, 0.5 #cf2430, 1 #75101a")
    scene.path(rounded(body.taillight), red, stroke="#3d0a10", stroke_width=2)


def _extras(scene: Scene, body: Body) -> None:
    paint = scene.paint
    if "spoiler" in body.extras:
        scene.path(rounded("632 317 3, 690 310 5, 696 318 4, 660 323 6"), paint.dark)
    if "bed" in body.extras:
        scene.rect(486, 303, 208, 5, "#20262a", 2.5)
        scene.line("M484 332H690", "#000000", 1.5, opacity=0.3)
    if "panels" in body.extras:
        for x in (344, 504):
            scene.rect(x, 200, 128 if x == 344 else 148, 86, "#000000", 12, fill_opacity=0.07)
            scene.rect(x, 201, 128 if x == 344 else 148, 86, "none", 12, stroke="#ffffff", stroke_opacity=0.2)
    if "open" in body.extras:
        scene.path("M330 324L392 266L408 328Z", scene.linear("0 #e6f1f6 0.75, 1 #8fa6b2 0.4", x2=1))
        scene.line("M324 325L392 266", "#22282c", 7)
        scene.line("M392 266L408 328", "#22282c", 3.5)
        scene.path(rounded("540 330 6, 548 312 10, 628 312 14, 644 321 6"), "#2a2f34")


def _cabin(scene: Scene) -> None:
    leather = scene.linear("0 #d9a679, 0.5 #a4683c, 1 #5e3519")
    for x in (432, 512):
        scene.path(rounded(((x - 6, 342, 4), (x + 8, 296, 12), (x + 40, 292, 12), (x + 44, 342, 4))), leather)
        scene.path(rounded(((x + 14, 296, 4), (x + 16, 276, 8), (x + 38, 275, 8), (x + 38, 296, 4))), leather)
    scene.line("M386 330L398 304", "#1b1f22", 7)


def wheel(scene: Scene, cx: float, cy: float, radius: float, spokes: int) -> None:
    """Draw a wheel with tyre, rim, spokes and the brake behind them; radius in picture units."""
    tyre = scene.radial("0 #3a4046, 0.8 #2a2f34, 0.9 #1a1e21, 1 #0c0e10")
    scene.circle(cx, cy, radius, tyre)
    scene.circle(cx, cy, radius * 0.83, "none", stroke="#50575d", stroke_width=1, stroke_opacity=0.6)
    rim = radius * 0.7
    scene.circle(cx, cy, rim, "#1a1f23")
    scene.circle(cx, cy, rim * 0.7, scene.radial("0 #59636a, 0.5 #8b959c, 1 #6a747b"))
    alloy = scene.linear("0 #ffffff, 0.45 #c3cbd0, 1 #79848b", x2=0.6, y2=1)
    width = 360 / spokes * (0.2 if spokes > 6 else 0.24)
    for index in range(spokes):
        angle = 360 / spokes * index - 90
        a, b = polar(cx, cy, rim * 0.98, angle - width * 0.8), polar(cx, cy, rim * 0.98, angle + width * 0.8)
        c, d = polar(cx, cy, rim * 0.2, angle + width * 2), polar(cx, cy, rim * 0.2, angle - width * 2)
        scene.path(
            f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}L{c[0]:.1f} {c[1]:.1f}L{d[0]:.1f} {d[1]:.1f}Z",
            alloy,
            stroke="#4c565d",
            stroke_width=0.6,
        )
    scene.circle(cx, cy, rim * 0.96, "none", stroke=alloy, stroke_width=radius * 0.075)
    scene.circle(cx, cy, rim * 0.26, alloy, stroke="#5d676e", stroke_width=0.8)
    scene.circle(cx, cy, rim * 0.12, "#2a3035")
