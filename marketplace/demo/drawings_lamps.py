"""What sees and is seen: headlight, tail light, mirror, wiper blades."""

from marketplace.demo.drawings_stock import lens, stand_on, thick
from marketplace.demo.drawings_studio import PLASTIC, RUBBER, Scene, polygon, rounded


def headlight(scene: Scene) -> None:
    """Draw a headlight with two lenses and a daytime running light."""
    stand_on(scene, 405, 500, 446)
    outline = rounded("122 322 40, 176 236 50, 400 178 120, 640 168 40, 668 214 40, 626 366 60, 470 424 70, 210 420 70")
    thick(scene, outline, "#14181b", 16, 14)
    scene.path(outline, scene.linear(PLASTIC), stroke="#0d1012", stroke_width=5)
    inner = rounded("146 322 36, 192 252 46, 404 198 110, 624 188 30, 646 220 34, 608 352 54, 464 404 66, 218 400 60")
    scene.path(inner, scene.linear("0 #0d1114, 0.5 #2c353b, 1 #727d84"))
    scene.open(clip_path=scene.clip(inner))
    for index in range(9):
        scene.line(
            f"M{150 + index * 9} {336 + index * 8}C300 {330 + index * 10} 460 {340 + index * 9} 640 {268 + index * 13}",
            "#c9d3d8",
            1.3,
            opacity=0.35,
        )
    lens(scene, 300, 316, 62)
    lens(scene, 470, 294, 68)
    scene.path(
        "M560 330C586 312 604 272 612 226L640 214L620 352L556 384Z",
        scene.linear("0 #ffc27a, 1 #d9822a", x2=1),
        fill_opacity=0.85,
    )
    scene.line("M158 316C220 254 410 216 634 204", "#dff4ff", 26, opacity=0.35, cap="butt")
    scene.line("M158 316C220 254 410 216 634 204", "#ffffff", 11)
    glare = scene.linear("0 #ffffff 0.55, 0.5 #ffffff 0.08, 1 #ffffff 0", x2=0.7, y2=1)
    scene.path("M120 330C200 200 440 150 680 168L640 240C480 210 330 250 220 340Z", glare)
    scene.close()
    scene.line(inner, "#ffffff", 2, opacity=0.4, cap="butt")
    scene.path(rounded("640 236 8, 694 230 8, 690 262 8, 632 270 8"), "#1c2125")


def tail_light(scene: Scene) -> None:
    """Draw a tail light with light strips."""
    stand_on(scene, 400, 460, 446)
    outline = rounded("150 208 34, 404 186 60, 600 192 44, 660 262 50, 636 398 50, 430 424 60, 300 352 70, 158 300 40")
    thick(scene, outline, "#1d0a0c", 15, 14)
    scene.path(outline, scene.linear("0 #ff6a5c, 0.35 #cf1f2c, 1 #5d0a12"), stroke="#2a0609", stroke_width=5)
    scene.open(clip_path=scene.clip(outline))
    dots = "".join(f"M{160 + c * 24 + (r % 2) * 12} {196 + r * 18}h0.1" for r in range(14) for c in range(22))
    scene.line(dots, "#ffffff", 8, opacity=0.07)
    for d in (
        "M186 232C330 216 500 206 600 222Q636 246 624 300L606 380",
        "M194 268C340 254 480 244 566 258Q590 274 582 312L566 388",
    ):
        scene.line(d, "#ffb0a2", 30, opacity=0.35, cap="butt")
        scene.line(d, "#ffe7e0", 11)
    scene.path(rounded("330 300 16, 520 288 16, 516 330 16, 360 338 16"), scene.linear("0 #ffe2a8, 1 #e08e2c"))
    scene.path(rounded("392 352 12, 520 344 12, 512 384 16, 438 392 16"), scene.linear("0 #ffffff, 1 #c3ccd1"))
    scene.path("M140 214C320 170 520 166 680 208L664 262C500 222 330 226 150 262Z", "#ffffff", fill_opacity=0.22)
    scene.close()
    scene.line(outline, "#ffffff", 2, opacity=0.28, shift=(0, 3), cap="butt")


def mirror(scene: Scene) -> None:
    """Draw a door mirror with its indicator."""
    stand_on(scene, 420, 400, 452)
    scene.path(
        rounded("500 330 20, 600 352 10, 650 452 10, 520 456 10, 458 380 20"),
        scene.linear(PLASTIC),
        stroke="#0d1012",
        stroke_width=2,
    )
    shell = rounded("150 250 80, 190 150 70, 440 132 100, 590 190 70, 588 350 60, 470 404 90, 230 394 80")
    thick(scene, shell, scene.paint.dark, 14, 10)
    scene.path(shell, scene.linear("0 light, 0.3 middle, 0.48 light, 0.6 middle, 1 dark"))
    scene.path(rounded("176 262 70, 214 176 60, 430 160 90, 556 206 60, 556 336 50, 456 378 80, 244 370 70"), "#14181b")
    glass = rounded("196 264 60, 230 192 54, 426 178 80, 538 216 50, 538 328 46, 448 362 70, 256 354 60")
    scene.path(glass, scene.linear("0 #dcecf4, 0.48 #a6c0ce, 0.52 #7f97a3, 1 #3f525c"))
    scene.open(clip_path=scene.clip(glass))
    scene.path(polygon(((320, 160), (400, 160), (300, 380), (220, 380))), "#ffffff", fill_opacity=0.28)
    scene.path(polygon(((424, 160), (446, 160), (346, 380), (324, 380))), "#ffffff", fill_opacity=0.22)
    scene.close()
    scene.line("M172 214C190 160 250 142 340 136", "#ffb347", 9)
    scene.line("M172 212C190 158 250 140 340 134", "#ffffff", 3, opacity=0.6)


def wiper_blades(scene: Scene) -> None:
    """Draw a pair of flat wiper blades."""
    scene.shadow(400, 430, 290, 26, 0.4)
    spine = scene.linear("0 #59626a, 0.4 #2b3136, 1 #0f1214")
    for y, turn, left, right in ((236, -12, -292, 292), (372, -12, -240, 240)):
        scene.open(transform=f"translate(400 {y}) rotate({turn})")
        scene.path(
            f"M{left} 20Q0 -24 {right} 20L{right} 32Q0 -4 {left} 32Z",
            "#000000",
            fill_opacity=0.16,
            transform="translate(12 26)",
        )
        scene.path(f"M{left} 24Q0 -14 {right} 24L{right} 38Q0 2 {left} 38Z", scene.linear(RUBBER))
        scene.path(f"M{left + 4} 34Q0 -2 {right - 4} 34L{right - 4} 40Q0 6 {left + 4} 40Z", "#050607")
        scene.path(f"M{left} 10Q0 -34 {right} 10L{right - 2} 28Q0 -8 {left + 2} 28Z", spine)
        scene.line(f"M{left + 10} 10Q0 -31 {right - 10} 10", "#ffffff", 2.5, opacity=0.4, cap="butt")
        for x in (left, right - 22):
            scene.path(rounded(((x, 8, 6), (x + 22, 6, 6), (x + 22, 34, 6), (x, 36, 6))), "#171b1e")
        scene.path(rounded("-62 -30 14, 62 -30 14, 74 12 10, -74 12 10"), scene.linear(PLASTIC))
        scene.rect(-34, -44, 68, 26, scene.linear("0 light, 0.5 middle, 1 dark"), 9)
        scene.rect(-22, -36, 44, 9, "#0d1012", 4, fill_opacity=0.55)
        scene.close()


PARTS = {"headlight": headlight, "tail_light": tail_light, "mirror": mirror, "wiper_blades": wiper_blades}
