"""Parts between the road and the body: brakes, springs, wheels."""

from marketplace.demo.drawings_cars import wheel
from marketplace.demo.drawings_stock import bolt, brushed, hole, stand_on, thick, upright, wedge
from marketplace.demo.drawings_studio import PLASTIC, RUBBER, STEEL, Scene, number, polar, rounded


def _disc(scene: Scene, cx: float, cy: float, radius: float) -> None:
    scene.circle(cx + 15, cy + 2, radius, "#4f585e")
    for angle in range(-84, 90, 7):
        (x1, y1), (x2, y2) = polar(cx + 3, cy, radius, angle), polar(cx + 13, cy + 1, radius, angle)
        scene.line(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", "#1f262b", 3.2)
    scene.circle(cx, cy, radius, scene.linear("0 #e9edef, 0.5 #b4bdc3, 1 #87929a", x2=0.6))
    scene.open(
        clip_path=scene.clip(
            f"M{cx - radius} {cy}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0Z"
        )
    )
    brushed(scene, cx, cy, radius)
    scene.close()
    for share in (0.96, 0.86, 0.76, 0.66, 0.58):
        scene.circle(cx, cy, radius * share, "none", stroke="#59646b", stroke_opacity=0.28, stroke_width=0.9)
    for index in range(30):
        x, y = polar(cx, cy, radius * (0.64 + 0.14 * (index % 3)), index * 12)
        hole(scene, x, y, radius * 0.024)
    scene.circle(cx, cy, radius * 0.51, "#2e363b", fill_opacity=0.8)
    scene.circle(cx, cy, radius * 0.49, scene.linear("0 #d7dde0, 1 #737e85", x2=0.7))
    scene.circle(cx, cy, radius * 0.43, scene.linear("0 #9aa4aa, 1 #d5dbdf", x2=0.7))
    for index in range(5):
        x, y = polar(cx, cy, radius * 0.31, index * 72 - 90)
        hole(scene, x, y, radius * 0.046)
    hole(scene, cx, cy, radius * 0.19)


def brake_disc(scene: Scene) -> None:
    """Draw two drilled brake discs."""
    stand_on(scene, 420, 460)
    _disc(scene, 500, 325, 148)
    _disc(scene, 320, 298, 175)


def brake_pads(scene: Scene) -> None:
    """Draw a set of four brake pads."""
    plate = rounded("-122 44 14, -108 -30 18, -44 -56 46, 44 -56 46, 108 -30 18, 122 44 14, 60 30 60, -60 30 60")
    lining = rounded("-98 30 8, -88 -22 12, -36 -44 40, 36 -44 40, 88 -22 12, 98 30 8, 50 20 50, -50 20 50")
    back = scene.linear("0 light, 0.4 middle, 1 dark")
    face = scene.linear("0 #7c848a, 0.5 #565e64, 1 #3a4146")
    for x, y, turn in ((284, 236, -7), (534, 244, 6), (262, 376, -4), (522, 388, 5)):
        scene.shadow(x + 8, y + 66, 140, 15, 0.4)
        scene.open(transform=f"translate({x} {y}) rotate({turn}) scale(1.06)")
        thick(scene, plate, "#20262a", 9, 13)
        scene.path(plate, back)
        for side in (-112, 112):
            hole(scene, side, 30, 5)
        thick(scene, lining, "#2d3338", 5, 7)
        scene.path(lining, face)
        scene.line("M0 -40V22", "#15191c", 5)
        for index in range(46):
            px, py = -82 + (index * 37) % 164, -30 + (index * 23) % 46
            if py < 14 or abs(px) > 56:
                scene.circle(px, py, 1.3, "#c4cbcf" if index % 3 else "#b9824f", fill_opacity=0.55)
        scene.close()


def shock_absorber(scene: Scene) -> None:
    """Draw a pair of shock absorbers, leaning."""
    stand_on(scene, 400, 420)
    tube = "0 dark, 0.25 light, 0.5 middle, 1 dark"
    for x, turn in ((320, 13), (470, 13)):
        scene.open(transform=f"translate({x} 290) rotate({turn})")
        upright(scene, 0, -140, 20, 150, STEEL)
        upright(scene, 0, -182, 14, 40, STEEL)
        upright(scene, 0, -160, 74, 16, PLASTIC, lid=scene.linear("0 #6a737a, 1 #2c3338"))
        for index in range(6):
            upright(scene, 0, -138 + index * 15, 52 - index * 1.5, 11, RUBBER, lid="#3d444a")
        upright(scene, 0, -34, 74, 14, STEEL, lid="#cfd6da")
        upright(scene, 0, -16, 66, 150, tube)
        scene.rect(-33, 30, 66, 40, "#ffffff", fill_opacity=0.85)
        scene.rect(-33, 42, 66, 6, scene.paint.middle)
        upright(scene, 0, 136, 54, 14, STEEL)
        scene.circle(0, 166, 23, scene.linear(PLASTIC))
        scene.circle(0, 166, 13, scene.linear(STEEL, x2=1))
        scene.circle(0, 166, 6, "#14181b")
        scene.close()


def coil_spring(scene: Scene) -> None:
    """Draw two coil springs."""
    stand_on(scene, 400, 400)
    wire = scene.linear("0 dark, 0.22 light, 0.5 middle, 1 dark", x2=1, y2=0)
    for cx, rx in ((300, 92), (508, 84)):
        top, coils, pitch, ry = 146, 6, 50, 21
        for index in range(coils):
            y = top + index * pitch
            scene.line(f"M{cx + rx} {y}A{rx} {ry} 0 0 0 {cx - rx} {number(y + pitch * 0.42)}", scene.paint.dark, 21)
        for index in range(coils + 1):
            y = top + index * pitch
            drop, start = (pitch * 0.58 if index < coils else 2), (y - pitch * 0.58 if index else y)
            dip, rise = (
                f"{number(cx - rx * 0.8)} {number(start + ry * 1.7)}",
                f"{number(cx + rx * 0.6)} {number(start + drop + ry * 1.2)}",
            )
            curve = f"M{cx - rx} {number(start)}C{dip} {rise} {cx + rx} {number(start + drop)}"
            scene.line(curve, "#0a0f12", 25, opacity=0.28, shift=(0, 3))
            scene.line(curve, wire, 23)
            scene.line(curve, "#ffffff", 4, opacity=0.45, shift=(0, -6))


def alloy_wheel(scene: Scene) -> None:
    """Draw one alloy wheel with its tyre, large."""
    stand_on(scene, 405, 380, 478)
    scene.circle(428, 292, 182, "#0f1214")
    scene.circle(418, 292, 184, "#1a1e21")
    wheel(scene, 400, 290, 188, (5, 7, 10, 6)[scene.choose(4, 9)])
    for index in range(5):
        bolt(scene, *polar(400, 290, 26, index * 72), 5.5)


def tyre(scene: Scene) -> None:
    """Draw a tyre with its tread turned towards the viewer."""
    stand_on(scene, 410, 400, 480)
    cx, cy, radius, depth = 350, 292, 186, 118
    tread = scene.linear("0 #5a6168, 0.3 #33393e, 0.75 #1a1d20, 1 #0d0f11")
    band = f"M{cx} {cy - radius}H{cx + depth}A{number(radius * 0.86)} {radius} 0 0 1 {cx + depth} {cy + radius}H{cx}Z"
    scene.path(band, tread)
    scene.open(clip_path=scene.clip(band))
    for share in (0.26, 0.5, 0.74):
        x = cx + depth * share
        scene.line(f"M{x} {cy - radius}A{radius * 0.92} {radius} 0 0 1 {x} {cy + radius}", "#0a0c0e", 9, cap="butt")
    for angle in range(-86, 90, 6):
        for share in (0.06, 0.32, 0.56, 0.8):
            x1, y1 = polar(0, 0, radius, angle)
            x2, y2 = polar(0, 0, radius, angle + 3.2)
            base = cx + depth * share
            scene.line(f"M{base + x1 * 0.93:.1f} {cy + y1:.1f}L{base + 20 + x2 * 0.91:.1f} {cy + y2:.1f}", "#090b0d", 3)
    scene.close()
    wall = scene.radial("0 #1c2023, 0.66 #3a4045, 0.8 #2b3034, 0.93 #3d4449, 1 #15181a")
    scene.circle(cx, cy, radius, wall)
    scene.path(wedge(cx, cy, radius * 0.985, 196, 258), "#ffffff", fill_opacity=0.09)
    for share, width in ((0.93, 2), (0.9, 1), (0.7, 2), (0.66, 1)):
        scene.circle(cx, cy, radius * share, "none", stroke="#596168", stroke_opacity=0.6, stroke_width=width)
    for index in range(26):
        (x1, y1), (x2, y2) = (polar(cx, cy, radius * share, 190 + index * 3) for share in (0.75, 0.84))
        scene.line(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", "#6a737a", 1.6, opacity=0.65)
    scene.circle(cx, cy, radius * 0.61, "#0b0d0f")
    inner = scene.linear("0 #050607, 0.7 #23272b, 1 #454c52")
    scene.circle(cx, cy, radius * 0.59, inner)
    wall_top, wall_bottom = scene.ground[1], scene.ground[3]
    scene.ellipse(cx + 26, cy, radius * 0.47, radius * 0.55, scene.linear(f"0 {wall_top}, 1 {wall_bottom}"))
    scene.line(
        f"M{cx - 60} {cy - 88}A{radius * 0.585} {radius * 0.585} 0 0 1 {cx + 66} {cy - 84}",
        "#000000",
        5,
        opacity=0.5,
        cap="butt",
    )


PARTS = {
    "brake_disc": brake_disc,
    "brake_pads": brake_pads,
    "shock_absorber": shock_absorber,
    "coil_spring": coil_spring,
    "wheel": alloy_wheel,
    "tyre": tyre,
}
