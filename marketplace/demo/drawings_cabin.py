"""Inside parts: steering wheel, seat, control unit."""

from marketplace.demo.drawings_stock import bolt, box, hole, stand_on
from marketplace.demo.drawings_studio import BRASS, PLASTIC, STEEL, Scene, polar, rounded


def steering_wheel(scene: Scene) -> None:
    """Draw a leather steering wheel."""
    stand_on(scene, 400, 360, 480)
    cx, cy, radius = 400, 290, 170
    scene.circle(cx + 6, cy + 9, radius, "none", stroke="#0a0d0f", stroke_width=40, stroke_opacity=0.4)
    spoke = scene.linear("0 #e8ecee, 0.5 #aeb7bd, 1 #6d777e")
    scene.path(rounded("240 270 16, 350 262 20, 350 322 20, 246 312 16"), spoke, stroke="#59636a")
    scene.path(rounded("560 270 16, 450 262 20, 450 322 20, 554 312 16"), spoke, stroke="#59636a")
    scene.path(rounded("370 340 10, 430 340 10, 424 456 14, 376 456 14"), spoke, stroke="#59636a")
    scene.path(rounded("388 352 6, 412 352 6, 410 440 8, 390 440 8"), "#14181b")
    leather = scene.linear("0 #6a737a, 0.3 #363d42, 0.7 #1d2124, 1 #101315")
    scene.circle(cx, cy, radius, "none", stroke="#0b0d0f", stroke_width=44)
    scene.circle(cx, cy, radius, "none", stroke=leather, stroke_width=40)
    scene.circle(cx, cy, radius + 7, "none", stroke="#aab4ba", stroke_width=5, stroke_opacity=0.28)
    for start, end in ((-62, -24), (204, 242), (20, 62), (118, 160)):
        (x1, y1), (x2, y2) = polar(cx, cy, radius, start), polar(cx, cy, radius, end)
        scene.line(
            f"M{x1:.1f} {y1:.1f}A{radius} {radius} 0 0 1 {x2:.1f} {y2:.1f}", "#15191b", 39, opacity=0.55, cap="butt"
        )
    scene.circle(cx, cy, radius - 15, "none", stroke=scene.paint.light, stroke_width=2.4, stroke_dasharray="7 5")
    pad = rounded("330 236 40, 470 236 40, 484 300 40, 442 356 40, 358 356 40, 316 300 40")
    scene.path(pad, "#000000", fill_opacity=0.35, transform="translate(3 6)")
    scene.path(pad, scene.linear("0 #545d64, 0.5 #2a3035, 1 #14171a"), stroke="#0a0c0e", stroke_width=2)
    scene.circle(390, 292, 19, "none", stroke="#dfe5e8", stroke_width=6)
    scene.circle(411, 292, 19, "none", stroke=scene.paint.light, stroke_width=6)
    for x in (286, 514):
        for y in (282, 302):
            scene.rect(x - 18, y - 7, 36, 14, scene.linear(PLASTIC), 6)


def seat(scene: Scene) -> None:
    """Draw a front seat."""
    stand_on(scene, 400, 330, 512)
    paint = scene.paint
    hide = scene.linear("0 light, 0.25 middle, 0.8 middle, 1 dark")
    side = scene.linear("0 dark, 0.18 middle, 0.5 middle, 0.82 middle, 1 dark", x2=1, y2=0)
    for x in (356, 444):
        scene.rect(x - 5, 132, 10, 44, scene.linear(STEEL, x2=1, y2=0))
    scene.path(rounded("326 84 26, 474 84 26, 482 136 22, 456 152 14, 344 152 14, 318 136 22"), hide)
    scene.line("M338 96Q400 84 462 96", "#ffffff", 4, opacity=0.4)
    for x in (288, 476):
        scene.rect(x, 482, 34, 22, scene.linear(PLASTIC), 5)
    back = rounded("304 168 34, 496 168 34, 530 250 60, 520 392 30, 280 392 30, 270 250 60")
    scene.path(back, side)
    inset = rounded("330 186 24, 470 186 24, 478 260 40, 462 384 20, 338 384 20, 322 260 40")
    scene.path(inset, hide)
    scene.line(inset, "#ffffff", 2, opacity=0.65, dash="6 5", cap="butt")
    for index in range(6):
        y = 214 + index * 26
        scene.line(f"M332 {y}Q400 {y + 12} 468 {y}", paint.dark, 2.5, opacity=0.55)
        scene.line(f"M332 {y + 3}Q400 {y + 15} 468 {y + 3}", "#ffffff", 1.5, opacity=0.3)
    cushion = rounded("274 380 34, 526 380 34, 560 436 34, 540 492 26, 260 492 26, 240 436 34")
    scene.path(cushion, side)
    top = rounded("318 384 22, 482 384 22, 498 440 24, 486 462 20, 314 462 20, 302 440 24")
    scene.path(top, scene.linear("0 dark, 0.3 middle, 0.75 light, 1 middle"))
    scene.line(top, "#ffffff", 2, opacity=0.55, dash="6 5", cap="butt")
    scene.line("M262 486Q400 500 538 486", "#000000", 6, opacity=0.25, cap="butt")
    scene.rect(238, 452, 18, 34, scene.linear(PLASTIC), 7)


def ecu(scene: Scene) -> None:
    """Draw an engine control unit with two sockets."""
    stand_on(scene, 420, 480, 444)
    alloy = scene.linear("0 #eef1f3, 0.5 #b9c2c7, 1 #838d94")
    for x in (150, 604):
        scene.path(rounded(((x, 402, 14), (x + 70, 388, 10), (x + 70, 430, 10), (x, 440, 14))), alloy, stroke="#79838a")
        hole(scene, x + 28 if x < 400 else x + 50, 416, 8)
    top, side = scene.linear("0 #f7f9fa, 1 #c5cdd2"), scene.linear("0 #9ca6ac, 1 #59636a")
    box(scene, 190, 262, 380, 174, 84, (alloy, top, side))
    for index in range(13):
        x = 226 + index * 30
        scene.path(f"M{x} 256L{x + 66} 221H{x + 76}L{x + 10} 256Z", "#7d878e", fill_opacity=0.45)
        scene.path(f"M{x + 10} 256L{x + 76} 221H{x + 79}L{x + 13} 256Z", "#ffffff", fill_opacity=0.85)
    for x, w in ((214, 176), (408, 140)):
        scene.rect(x, 334, w, 84, scene.linear(PLASTIC), 10, stroke="#0a0c0e", stroke_width=2)
        scene.rect(x + 10, 346, w - 20, 60, "#07090b", 6)
        for row in range(4):
            for column in range(int((w - 32) / 11)):
                scene.rect(
                    x + 18 + column * 11,
                    353 + row * 13,
                    4.5,
                    6.5,
                    scene.linear(BRASS) if (row + column) == 0 else "#d7aa4c",
                    1,
                )
    scene.rect(214, 280, 210, 40, "#f7f8f8", 5)
    scene.rect(214, 280, 14, 40, scene.paint.middle, 4)
    for index in range(22):
        scene.rect(240 + index * 4.6, 287, 2.6 if index % 3 else 1.4, 26, "#2a3136")
    for index, width in enumerate((62, 44)):
        scene.rect(352, 291 + index * 12, width, 6, "#aab3b8", 3)
    for x, y in ((204, 276), (556, 276), (204, 424), (556, 424)):
        bolt(scene, x, y, 5)


PARTS = {"steering_wheel": steering_wheel, "seat": seat, "ecu": ecu}
