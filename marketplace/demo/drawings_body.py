"""Panels at the outside: grille, bumper, door."""

from marketplace.demo.drawings_stock import hole, lens, stand_on, thick
from marketplace.demo.drawings_studio import ALUMINIUM, PLASTIC, STEEL, Scene, polar, polygon, rounded


def grille(scene: Scene) -> None:
    """Draw a radiator grille with a chrome frame."""
    stand_on(scene, 400, 470, 452)
    outline = rounded("160 160 46, 640 160 46, 676 240 50, 590 436 60, 210 436 60, 124 240 50")
    thick(scene, outline, "#39434a", 8, 14)
    scene.path(outline, scene.linear(STEEL), stroke="#6a747b", stroke_width=1.5)
    inner = rounded("176 182 36, 624 182 36, 652 244 40, 576 414 48, 224 414 48, 148 244 40")
    scene.path(inner, "#0a0d0f")
    scene.open(clip_path=scene.clip(inner))
    if scene.choose(2, 5):
        cells = [(150 + c * 24 + (r % 2) * 12, 182 + r * 21) for r in range(11) for c in range(22)]
        mesh = "".join(polygon([polar(x, y, 12.4, 60 * step + 30) for step in range(6)]) for x, y in cells)
        scene.line(mesh, "#59636a", 3.4)
        scene.line("".join(f"M{x - 9} {y - 6}l9 -5l9 5" for x, y in cells), "#b3bdc3", 1.4)
    else:
        for index in range(7):
            scene.rect(130, 196 + index * 32, 540, 14, scene.linear("0 #ffffff, 0.45 #a3adb3, 1 #3d474d"), 6)
    scene.rect(130, 170, 540, 90, scene.linear("0 #000000 0.55, 1 #000000 0"))
    scene.close()
    scene.circle(400, 296, 58, scene.linear(STEEL, x2=1), stroke="#59636a")
    scene.circle(400, 296, 50, scene.linear("0 light, 0.5 middle, 1 dark"))
    scene.circle(388, 296, 17, "none", stroke="#ffffff", stroke_width=7)
    scene.circle(412, 296, 17, "none", stroke="#ffffff", stroke_width=7, stroke_opacity=0.75)


def bumper(scene: Scene) -> None:
    """Draw a front bumper."""
    stand_on(scene, 400, 560, 446)
    outline = rounded(
        "92 236 20, 150 214 26, 400 196 200, 650 214 26, 708 236 20, 712 330 30, 668 402 46, "
        "520 436 80, 280 436 80, 132 402 46, 88 330 30"
    )
    scene.path(outline, scene.linear("0 light, 0.22 middle, 0.42 light, 0.52 middle, 1 dark"))
    scene.open(clip_path=scene.clip(outline))
    scene.path("M80 300Q400 252 720 300V312Q400 266 80 312Z", "#ffffff", fill_opacity=0.35)
    scene.rect(
        80, 180, 640, 280, scene.linear("0 #000000 0.4, 0.16 #000000 0, 0.84 #000000 0, 1 #000000 0.45", x2=1, y2=0)
    )
    scene.path("M80 404Q400 452 720 404V470H80Z", "#14181b")
    scene.close()
    intake = rounded("246 328 22, 554 328 22, 524 400 26, 276 400 26")
    scene.path(intake, "#090c0e", stroke="#2a3237", stroke_width=5)
    scene.open(clip_path=scene.clip(intake))
    for index in range(24):
        scene.line(
            f"M{230 + index * 15} 322L{200 + index * 15} 404M{200 + index * 15} 322L{230 + index * 15} 404",
            "#454e54",
            2,
        )
    scene.close()
    scene.rect(316, 238, 168, 50, "#ffffff", 7, fill_opacity=0.16, stroke="#000000", stroke_opacity=0.2)
    for x in (172, 628):
        scene.path(
            rounded(((x - 48, 322, 16), (x + 48, 322, 16), (x + 36, 384, 18), (x - 36, 384, 18))),
            "#14181b",
            stroke="#2a3237",
            stroke_width=3,
        )
        lens(scene, x, 352, 20)
    for x in (110, 690):
        hole(scene, x, 256, 6)


def door(scene: Scene) -> None:
    """Draw a front door with its window."""
    stand_on(scene, 405, 420, 500)
    frame = "M206 268L330 116Q342 100 364 98H556Q582 98 584 124L590 268Z"
    scene.path(frame, scene.linear("0 light, 1 middle"), stroke=scene.paint.dark, stroke_width=2)
    glass = "M240 264L342 134Q350 124 364 124H544Q558 124 559 140L563 264Z"
    scene.path(
        glass,
        scene.linear("0 #2d3b44, 0.6 #5d727d, 1 #8fa3ad"),
        stroke="#0d1113",
        stroke_width=6,
        stroke_linejoin="round",
    )
    scene.open(clip_path=scene.clip(glass))
    scene.path("M430 110H500L400 280H320Z", "#ffffff", fill_opacity=0.2)
    scene.path("M520 110H540L440 280H420Z", "#ffffff", fill_opacity=0.16)
    scene.close()
    panel = rounded("202 264 14, 594 264 14, 602 360 60, 590 476 24, 560 496 20, 232 496 20, 206 470 30, 194 360 60")
    thick(scene, panel, "#1a1f23", 10, 4)
    scene.path(panel, scene.linear("0 light, 0.3 middle, 0.48 light, 0.6 middle, 1 dark"))
    scene.open(clip_path=scene.clip(panel))
    scene.rect(180, 260, 440, 240, scene.linear("0 #ffffff 0.3, 0.5 #ffffff 0, 1 #000000 0.3", x2=1, y2=0.3))
    scene.path("M180 398Q400 380 620 392V400Q400 390 180 408Z", "#ffffff", fill_opacity=0.3)
    scene.path("M180 408Q400 390 620 400V520H180Z", "#000000", fill_opacity=0.16)
    scene.rect(180, 478, 440, 20, "#000000", fill_opacity=0.3)
    scene.close()
    scene.rect(206, 260, 386, 9, "#15191c", 4)
    scene.rect(494, 304, 78, 22, "#000000", 11, fill_opacity=0.28)
    scene.rect(490, 300, 78, 18, scene.linear(ALUMINIUM), 9)
    scene.path(rounded("206 246 10, 214 214 18, 270 212 14, 276 258 10, 240 268 10"), scene.linear(PLASTIC))


PARTS = {"grille": grille, "bumper": bumper, "door": door}
