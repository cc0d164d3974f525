"""Parts of the engine bay: charging, ignition, filters, cooling, boost and fuel."""

from marketplace.demo.drawings_stock import bolt, box, gear, hole, lying, stand_on, upright
from marketplace.demo.drawings_studio import (
    ALUMINIUM,
    BRASS,
    COPPER,
    PLASTIC,
    RUBBER,
    STEEL,
    Scene,
    number,
    polar,
    polygon,
    rounded,
)

IRON = "0 #8f7d72, 0.3 #5f4f47, 0.7 #3b302b, 1 #241d1a"
CERAMIC = "0 #c9cdd0, 0.28 #ffffff, 0.6 #eceff1, 1 #a8afb4"


def alternator(scene: Scene) -> None:
    """Draw an alternator with its belt pulley to the front."""
    stand_on(scene, 420, 390)
    alloy = scene.linear(ALUMINIUM, x2=1)
    for x, y in ((330, 128), (322, 456), (520, 136)):
        scene.path(
            rounded(((x - 30, y - 24, 20), (x + 30, y - 24, 20), (x + 40, y + 30, 10), (x - 40, y + 30, 10))),
            alloy,
            stroke="#79848b",
        )
        hole(scene, x, y - 2, 11)
    lying(scene, 360, 295, 190, 300, ALUMINIUM, tilt=0.36)
    for index in range(9):
        scene.rect(420 + index * 15, 172, 7, 66, "#2a1710", 3)
        scene.rect(420 + index * 15, 176, 7, 58, scene.linear(COPPER), 3)
        scene.rect(420 + index * 15, 348, 7, 60, "#1a1f22", 3)
    scene.rect(398, 250, 176, 84, scene.linear(STEEL), 4)
    scene.open(transform="translate(352 295) scale(0.62 1)")
    scene.circle(0, 0, 152, scene.linear(ALUMINIUM, x2=1, y2=1), stroke="#838d94", stroke_width=2)
    for index in range(12):
        start, end = polar(0, 0, 88, index * 30), polar(0, 0, 134, index * 30 + 8)
        scene.line(f"M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}", "#191e22", 17)
        scene.line(f"M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}", scene.linear(COPPER), 7)
    scene.circle(0, 0, 70, scene.linear(ALUMINIUM, x2=1, y2=1), stroke="#7c868d", stroke_width=1.5)
    scene.close()
    for index in range(7):
        scene.ellipse(
            338 - index * 10,
            295,
            40,
            70 if index % 2 else 62,
            scene.linear("0 #7d868d, 0.3 #d9dfe2, 0.6 #5d676e, 1 #272d32"),
        )
    scene.ellipse(274, 295, 40, 66, scene.linear(STEEL, x2=1))
    scene.ellipse(274, 295, 26, 44, "#2c3338")
    scene.ellipse(271, 295, 15, 24, scene.linear(STEEL))


def battery(scene: Scene) -> None:
    """Draw a starter battery."""
    stand_on(scene, 420, 470, 462)
    body = scene.linear("0 #4a5157, 0.5 #2d3338, 1 #16191c")
    lid = scene.linear("0 #6b747b, 1 #3d444a")
    box(scene, 196, 258, 380, 200, 66, (body, lid, scene.linear("0 #2a2f33, 1 #101315")))
    paint = scene.paint
    box(
        scene,
        190,
        222,
        392,
        44,
        68,
        (scene.linear("0 light, 0.5 middle, 1 dark"), scene.linear("0 light, 1 middle"), paint.dark),
    )
    for x, cap in ((262, "#c22f35"), (548, "#2a5fa8")):
        upright(scene, x, 194, 44, 16, PLASTIC, tilt=0.3, lid="#4a5258")
        upright(scene, x, 172, 30, 22, "0 #8d969c, 0.3 #eef1f2, 1 #70797f", tilt=0.3, lid="#dfe4e7")
        scene.path(
            rounded(((x - 34, 206, 3), (x + 34, 206, 3), (x + 28, 222, 4), (x - 40, 222, 4))), cap, fill_opacity=0.9
        )
    scene.line("M330 208C340 176 470 176 482 208", "#1b1f22", 13)
    scene.line("M330 206C340 174 470 174 482 206", "#565f66", 4)
    scene.rect(222, 296, 328, 130, "#f4f6f6", 10)
    scene.rect(222, 296, 328, 34, paint.middle, 10)
    scene.rect(222, 316, 328, 14, paint.middle)
    scene.path("M300 344L268 392H290L280 418L318 368H296L306 344Z", paint.middle)
    for index, width in enumerate((176, 140, 156)):
        scene.rect(344, 350 + index * 24, width, 9, "#aab3b8", 4.5)


def spark_plugs(scene: Scene) -> None:
    """Draw four spark plugs in a row."""
    stand_on(scene, 400, 430, 476)
    for index, x in enumerate((236, 344, 456, 564)):
        lift = (index % 2) * 10
        scene.open(transform=f"translate({x} {lift})")
        upright(scene, 0, 92, 22, 24, STEEL, lid="#eef1f3")
        upright(scene, 0, 112, 15, 12, STEEL)
        upright(scene, 0, 124, 36, 104, CERAMIC, lid="#f2f4f5")
        for rib in range(5):
            upright(scene, 0, 136 + rib * 17, 41, 8, CERAMIC)
        scene.rect(-18, 216, 36, 5, scene.paint.middle)
        scene.path(rounded("-38 236 6, 38 236 6, 38 282 6, -38 282 6"), scene.linear(STEEL, x2=1, y2=0))
        for side in (-14, 14):
            scene.line(f"M{side} 238V280", "#5b666d", 1.5, opacity=0.7)
        upright(scene, 0, 284, 52, 12, STEEL)
        upright(scene, 0, 298, 42, 124, "0 #7f898f, 0.3 #f4f6f7, 0.6 #a7b0b6, 1 #5a646b")
        for thread in range(13):
            scene.line(
                f"M-21 {303 + thread * 9}Q0 {312 + thread * 9} 21 {305 + thread * 9}", "#4d575e", 2.4, opacity=0.75
            )
        upright(scene, 0, 424, 16, 14, CERAMIC)
        upright(scene, 0, 438, 6, 10, BRASS)
        scene.line("M17 424V452Q17 460 8 460H-4", "#8b959b", 7)
        scene.close()


def oil_filter(scene: Scene) -> None:
    """Draw an oil filter canister and its sealing ring."""
    stand_on(scene, 380, 330, 462)
    paint = scene.paint
    coat = "0 dark, 0.14 middle, 0.3 light, 0.55 middle, 1 dark"
    upright(scene, 350, 420, 246, 26, STEEL, tilt=0.17)
    upright(scene, 350, 190, 236, 238, coat, tilt=0.17)
    scene.path("M232 190A118 20 0 0 0 468 190L456 150A106 18 0 0 0 244 150Z", scene.linear(coat, x2=1, y2=0))
    for index in range(15):
        share = -1 + index / 7
        scene.line(f"M{350 + share * 104:.1f} 158L{350 + share * 116:.1f} 198", "#000000", 3, opacity=0.2)
    scene.ellipse(350, 150, 106, 18, scene.linear("0 light, 1 middle"))
    scene.path("M232 262A118 20 0 0 0 468 262V372A118 20 0 0 1 232 372Z", scene.linear(CERAMIC, x2=1, y2=0))
    scene.path("M232 284A118 20 0 0 0 468 284V300A118 20 0 0 1 232 300Z", scene.linear(coat, x2=1, y2=0))
    scene.path("M350 326C366 346 374 356 374 368A24 24 0 0 1 326 368C326 356 334 346 350 326Z", paint.middle)
    scene.ellipse(566, 456, 84, 22, "none", stroke="#14181a", stroke_width=15)
    scene.line("M484 450A84 22 0 0 1 648 450", "#5b646b", 4, cap="butt")


def air_filter(scene: Scene) -> None:
    """Draw a pleated air filter panel."""
    scene.shadow(400, 428, 280, 34, 0.45)
    scene.open(transform="matrix(0.98 0.05 -0.32 0.82 150 60)")
    frame = scene.linear("0 #ffb27a, 0.5 #ee7b35, 1 #a94c14") if scene.choose(2, 5) else scene.linear(PLASTIC)
    scene.rect(96, 128, 500, 330, "#5c3417" if scene.choose(2, 5) else "#0f1214", 34)
    scene.rect(96, 96, 500, 334, frame, 34)
    scene.rect(128, 126, 436, 274, "#8f897a", 12)
    for index in range(29):
        x = 130 + index * 15
        scene.path(polygon(((x, 128), (x + 8, 128), (x + 8, 398), (x, 398))), "#fdfaf2")
        scene.path(polygon(((x + 8, 128), (x + 15, 128), (x + 15, 398), (x + 8, 398))), "#c6bda6")
        scene.line(f"M{x + 8} 129V397", "#a3997f", 1)
    for y in (196, 262, 328):
        scene.rect(128, y, 436, 5, "#fffdf6", 2.5, fill_opacity=0.9)
    scene.rect(96, 96, 500, 334, "none", 34, stroke="#ffffff", stroke_opacity=0.35, stroke_width=3)
    scene.rect(128, 126, 436, 26, scene.linear("0 #000000 0.35, 1 #000000 0"), 10)
    scene.close()


def radiator(scene: Scene) -> None:
    """Draw a radiator with plastic tanks."""
    stand_on(scene, 404, 540, 470)
    scene.rect(186, 154, 436, 306, "#0f1315", 6)
    core = scene.linear("0 #cfd6da, 0.5 #8d979e, 1 #646e75")
    scene.rect(180, 148, 436, 306, core, 4)
    for row in range(22):
        y = 152 + row * 13.7
        zigzag = "".join(f"l4.3 {9 if step % 2 == 0 else -9}" for step in range(100))
        scene.line(f"M182 {number(y + 2)}{zigzag}", "#39434a", 1.4, opacity=0.75, cap="butt")
        scene.rect(180, y + 11, 436, 3.4, "#e9edef")
    scene.rect(180, 148, 436, 306, scene.linear("0 #ffffff 0.35, 0.5 #ffffff 0, 1 #000000 0.25", x2=1, y2=0.6))
    tank = scene.linear("0 #6a737a, 0.3 #454c52, 1 #15191c", x2=1, y2=0)
    lying(scene, 92, 206, 80, 46, PLASTIC, face="#23292d")
    lying(scene, 640, 402, 72, 46, PLASTIC)
    for x in (138, 606):
        scene.rect(x, 130, 58, 342, tank, 14)
        for index in range(9):
            scene.rect(x + 6, 156 + index * 34, 46, 4, "#000000", 2, fill_opacity=0.28)
    upright(scene, 167, 106, 46, 26, PLASTIC, tilt=0.24, lid="#343b40")
    upright(scene, 167, 94, 60, 16, "0 dark, 0.3 light, 1 dark", tilt=0.22, lid=scene.paint.middle)
    for y in (138, 452):
        scene.rect(176, y, 448, 12, scene.linear(STEEL), 4)


def turbocharger(scene: Scene) -> None:
    """Draw a turbocharger: cold side to the front, hot side behind."""
    stand_on(scene, 420, 420)
    iron = scene.linear(IRON)
    scene.path(rounded("560 250 10, 650 228 10, 664 312 10, 566 330 10"), iron)
    scene.ellipse(658, 270, 16, 46, "#1a1412")
    scene.circle(545, 318, 128, iron)
    scene.line("M450 320A95 95 0 0 1 620 268", "#a8958a", 9, opacity=0.45)
    scene.rect(400, 234, 120, 150, scene.linear(IRON), 14)
    scene.rect(436, 216, 48, 186, scene.linear(STEEL), 10)
    for y in (234, 382):
        bolt(scene, 460, y, 12)
    alloy = scene.linear("0 #ffffff, 0.35 #d5dbdf, 0.7 #9ca6ad, 1 #6a747b", x2=0.7)
    scene.path("M300 150H470Q486 150 486 168V222Q486 240 466 240H330Z", alloy, stroke="#7d878e")
    scene.rect(470, 142, 26, 106, alloy, 8, stroke="#7d878e")
    scene.circle(330, 308, 160, alloy, stroke="#848e95", stroke_width=2)
    scene.circle(330, 308, 146, "none", stroke="#ffffff", stroke_opacity=0.7, stroke_width=3)
    scene.circle(336, 312, 112, "#59636a", fill_opacity=0.45)
    scene.circle(326, 306, 108, alloy, stroke="#8b959b", stroke_width=2)
    scene.circle(326, 306, 90, scene.radial("0 #2a3136, 0.8 #12161a, 1 #3a4248"))
    blade = scene.linear("0 #ffffff, 1 #79848b", x2=1)
    for index in range(11):
        angle = index * 360 / 11
        a, b, c = polar(326, 306, 18, angle), polar(326, 306, 60, angle + 26), polar(326, 306, 84, angle + 30)
        d = polar(326, 306, 80, angle + 46)
        scene.path(
            f"M{a[0]:.1f} {a[1]:.1f}Q{b[0]:.1f} {b[1]:.1f} {c[0]:.1f} {c[1]:.1f}"
            f"L{d[0]:.1f} {d[1]:.1f}Q{b[0]:.1f} {b[1]:.1f} {a[0]:.1f} {a[1]:.1f}Z",
            blade,
        )
    scene.circle(326, 306, 22, scene.linear(ALUMINIUM, x2=1))
    scene.path(gear(326, 306, 13, 6, 1), scene.linear(BRASS))
    for index in range(6):
        bolt(scene, *polar(330, 308, 130, index * 60 + 20), 9)


def fuel_pump(scene: Scene) -> None:
    """Draw an in-tank fuel pump module with its float."""
    stand_on(scene, 390, 300, 478)
    for x in (300, 470):
        upright(scene, x, 170, 14, 140, STEEL)
    white = "0 #b9c0c4, 0.25 #ffffff, 0.6 #eceff0, 1 #a2abb0"
    upright(scene, 385, 262, 196, 200, PLASTIC, tilt=0.17, lid="#4b535a")
    upright(scene, 356, 216, 92, 96, STEEL, tilt=0.2, lid="#e5eaec")
    upright(scene, 356, 196, 30, 24, white, tilt=0.24, lid="#ffffff")
    scene.line("M356 196C356 160 430 190 430 142", "#14181a", 13)
    scene.line("M353 196C353 158 427 188 427 142", "#4e575e", 4)
    for index in range(6):
        scene.rect(304 + index * 27, 340, 14, 90, "#0c0f11", 7, fill_opacity=0.6)
    upright(scene, 385, 126, 246, 22, white, tilt=0.16, lid=scene.linear("0 #ffffff, 1 #d4dadd"))
    upright(scene, 385, 112, 190, 12, white, tilt=0.16, lid="#f4f6f7")
    lying(scene, 236, 92, 110, 24, PLASTIC, face="#0e1113")
    upright(scene, 340, 84, 34, 28, PLASTIC, tilt=0.26, lid="#535c63")
    box(scene, 410, 70, 62, 34, 16, (scene.paint.middle, scene.paint.light, scene.paint.dark))
    scene.line("M478 330L560 392", "#8d979d", 6)
    scene.path(rounded("538 372 12, 618 372 12, 618 418 12, 538 418 12"), scene.linear(RUBBER))
    hole(scene, 478, 330, 9)


PARTS = {
    "alternator": alternator,
    "battery": battery,
    "spark_plugs": spark_plugs,
    "oil_filter": oil_filter,
    "air_filter": air_filter,
    "radiator": radiator,
    "turbocharger": turbocharger,
    "fuel_pump": fuel_pump,
}
