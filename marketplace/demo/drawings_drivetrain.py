"""Parts between the engine and the wheels, and the way out for the exhaust."""

from marketplace.demo.drawings_stock import bolt, brushed, gear, hole, lying, stand_on, wedge
from marketplace.demo.drawings_studio import ALUMINIUM, BRASS, RUBBER, STEEL, Scene, number, polar, rounded


def clutch_kit(scene: Scene) -> None:
    """Draw a clutch kit: cover, friction disc and release bearing."""
    stand_on(scene, 400, 480, 470)
    cx, cy = 300, 282
    scene.circle(cx + 12, cy + 5, 178, "#3b444a")
    scene.path(
        gear(cx, cy, 182, 9, 16), scene.linear(STEEL, x2=1), stroke="#6a747b", stroke_width=1.5, stroke_linejoin="round"
    )
    scene.circle(cx, cy, 162, scene.linear(ALUMINIUM, x2=1), stroke="#7e888f")
    for index in range(9):
        hole(scene, *polar(cx, cy, 167, index * 40 + 14), 5)
    scene.circle(cx, cy, 128, "#3a4248")
    leaf = scene.linear("0 #e3e8ea, 0.5 #9ba5ab, 1 #626c73", x2=1)
    for index in range(18):
        scene.path(wedge(cx, cy, 124, index * 20 + 1.6, index * 20 + 18.4), leaf)
    scene.circle(cx, cy, 96, "none", stroke="#424b51", stroke_width=4)
    brushed(scene, cx, cy, 124, 0.35)
    scene.circle(cx, cy, 38, scene.linear("0 #0b0e10, 1 #3a4248"), stroke="#d6dcdf", stroke_width=4)
    _friction_disc(scene, 522, 322, 146)
    scene.circle(398, 436, 42, scene.linear(STEEL, x2=1), stroke="#5d676e", stroke_width=1.5)
    scene.circle(398, 436, 31, scene.paint.middle)
    scene.circle(398, 436, 24, scene.linear(ALUMINIUM, x2=1))
    scene.circle(398, 436, 15, "#12171a")


def _friction_disc(scene: Scene, cx: float, cy: float, radius: float) -> None:
    scene.circle(cx + 7, cy + 4, radius, "#241a14")
    scene.circle(cx, cy, radius, scene.radial("0 #8a6a52, 0.7 #7a5a43, 1 #5a3f2d"))
    for index in range(24):
        (x1, y1), (x2, y2) = polar(cx, cy, radius * 0.66, index * 15), polar(cx, cy, radius, index * 15 + 5)
        scene.line(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", "#3b291d", 3)
        hole(scene, *polar(cx, cy, radius * (0.76 if index % 2 else 0.9), index * 15 + 9), 3)
    scene.circle(cx, cy, radius * 0.64, scene.linear(ALUMINIUM, x2=1), stroke="#4b3a2e", stroke_width=2)
    for index in range(6):
        scene.open(transform=f"rotate({index * 60} {number(cx)} {number(cy)})")
        scene.rect(cx - 26, cy - radius * 0.5, 52, 24, "#1f262a", 7)
        for coil in range(6):
            scene.rect(
                cx - 23 + coil * 8, cy - radius * 0.5 + 3, 5.4, 18, scene.paint.middle if index % 2 else "#dfe5e8", 2.5
            )
        scene.close()
    scene.circle(cx, cy, radius * 0.25, scene.linear(STEEL, x2=1), stroke="#5d676e")
    scene.path(gear(cx, cy, radius * 0.17, 16, 4), "#12171a")


def timing_belt(scene: Scene) -> None:
    """Draw a timing belt kit: toothed belt and two tensioners."""
    stand_on(scene, 400, 450, 474)
    loop = rounded("196 126 90, 420 96 120, 560 168 110, 520 330 80, 600 452 60, 236 458 90, 268 300 90")
    scene.line(loop, "#0a0c0d", 40, opacity=0.25, shift=(9, 8), cap="butt")
    scene.line(loop, "#16191c", 36, cap="butt")
    scene.line(loop, "#33393e", 27, cap="butt")
    scene.line(loop, "#121517", 27, opacity=0.8, dash="8 9", cap="butt")
    scene.line(loop, "#6c757c", 3, opacity=0.6, shift=(-7, -8), cap="butt")
    scene.line(loop, "#e6eaec", 2, opacity=0.8, dash="44 130", cap="butt")
    for cx, cy, radius in ((372, 214, 70), (404, 378, 52)):
        scene.circle(cx + 8, cy + 8, radius, "#0f1416", fill_opacity=0.35)
        scene.circle(cx + 4, cy + 3, radius, "#586269")
        scene.circle(cx, cy, radius, scene.linear(ALUMINIUM, x2=1), stroke="#7b858c")
        brushed(scene, cx, cy, radius * 0.97)
        scene.circle(cx, cy, radius * 0.6, scene.paint.dark)
        scene.circle(cx, cy, radius * 0.56, scene.linear("0 light, 1 middle", x2=1))
        scene.circle(cx, cy, radius * 0.38, scene.linear(STEEL, x2=1))
        bolt(scene, cx, cy, radius * 0.17)


def gearbox(scene: Scene) -> None:
    """Draw a gearbox with its bell housing to the left."""
    stand_on(scene, 400, 560, 468)
    alloy = scene.linear("0 #eef1f2, 0.3 #c3cacf, 0.65 #8f999f, 1 #5a646a")
    rib = scene.linear("0 #ffffff, 1 #858f96")
    lying(scene, 560, 300, 96, 96, STEEL)
    lying(scene, 640, 300, 40, 52, ALUMINIUM)
    scene.path(
        rounded("276 166 20, 430 190 26, 566 214 24, 590 250 16, 590 356 16, 560 396 24, 440 436 26, 276 452 16"),
        alloy,
        stroke="#6b757c",
    )
    for index in range(6):
        x = 320 + index * 42
        high, low = 178 + index * 7, 442 - index * 8
        bar = rounded(((x, high, 4), (x + 9, high + 2, 4), (x + 9, low - 2, 4), (x, low, 4)))
        scene.path(bar, rib, fill_opacity=0.85)
        scene.rect(x + 9, 192 + index * 7, 5, 236 - index * 14, "#2a3237", fill_opacity=0.35)
    scene.path(rounded("360 268 16, 520 274 16, 520 344 16, 360 352 16"), alloy, stroke="#79838a", stroke_width=2)
    for x, y in ((372, 282), (508, 286), (508, 332), (372, 338), (440, 278), (440, 342)):
        bolt(scene, x, y, 6)
    scene.path(rounded("196 120 30, 278 150 20, 290 300 40, 278 462 20, 196 476 30"), alloy, stroke="#6b757c")
    scene.ellipse(196, 298, 62, 180, scene.linear(ALUMINIUM, x2=1), stroke="#6b757c", stroke_width=2)
    scene.ellipse(190, 298, 48, 152, scene.linear("0 #1b2125, 0.6 #3d464c, 1 #6b757c", x2=1))
    scene.open(transform="translate(194 298) scale(0.34 1)")
    for index in range(10):
        bolt(scene, *polar(0, 0, 166, index * 36 + 10), 10)
    scene.close()
    lying(scene, 150, 298, 70, 34, STEEL, face="#dfe4e7")
    for index in range(5):
        scene.line(f"M150 {286 + index * 6}H204", "#4e585f", 1.6)
    scene.rect(438, 150, 30, 52, scene.linear(BRASS, x2=1, y2=0), 4)
    scene.rect(430, 140, 46, 18, scene.linear(STEEL), 5)


def exhaust(scene: Scene) -> None:
    """Draw an exhaust silencer with twin tips."""
    stand_on(scene, 400, 560, 440)
    tube = scene.linear(STEEL)
    for d in ("M92 262C150 262 168 318 232 318", "M560 276H640", "M560 360H640"):
        scene.line(d, "#59636a", 44, cap="butt")
        scene.line(d, "#c9d0d4", 36, cap="butt")
        scene.line(d, "#ffffff", 7, opacity=0.9, shift=(0, -9), cap="butt")
        scene.line(d, "#6a747b", 9, opacity=0.8, shift=(0, 12), cap="butt")
    scene.rect(80, 234, 22, 56, tube, 6)
    scene.rect(214, 210, 366, 216, tube, 70)
    for x in (250, 540):
        scene.rect(x - 5, 210, 10, 216, "#59636a", fill_opacity=0.4)
        scene.rect(x - 8, 210, 3, 216, "#ffffff", fill_opacity=0.6)
    scene.rect(
        214, 210, 366, 216, scene.linear("0 #2a3338 0.3, 0.1 #ffffff 0, 0.9 #000000 0, 1 #000000 0.3", x2=1, y2=0), 70
    )
    scene.rect(330, 286, 132, 58, scene.linear(ALUMINIUM, x2=1), 8, stroke="#7b858c", stroke_width=1.5)
    scene.rect(330, 286, 12, 58, scene.paint.middle, 4)
    for index, width in enumerate((84, 60)):
        scene.rect(356, 302 + index * 16, width, 7, "#6b757c", 3.5)
    for x in (286, 504):
        scene.line(f"M{x} 214V182Q{x} 168 {x + 16} 168H{x + 26}", "#4e585f", 11)
        scene.rect(x + 14, 154, 34, 26, scene.linear(RUBBER), 9)
    for y in (276, 360):
        lying(scene, 616, y, 66, 66, STEEL, tilt=0.1)
        scene.ellipse(682, y, 13, 33, scene.linear("0 #ffffff, 1 #8d979d"))
        scene.ellipse(683, y, 9.5, 27, scene.linear("0 #06080a, 1 #31383d"))


PARTS = {"clutch_kit": clutch_kit, "timing_belt": timing_belt, "gearbox": gearbox, "exhaust": exhaust}
