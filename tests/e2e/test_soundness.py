"""Axe and the ruler find what only the narrow or only the dark page does wrong."""

import pytest

from tests.builders import World
from tests.e2e.soundness import unsound
from tests.e2e.windows import Windows

pytestmark = pytest.mark.e2e

PAGE = """
<html lang="en"><head><title>A page</title><style>
  :root { color-scheme: light dark }
  p { color: light-dark(oklch(20% 0 0), oklch(40% 0 0)); background: light-dark(oklch(100% 0 0), oklch(0% 0 0)) }
  i { color: light-dark(oklch(20% 0 0), oklch(95% 0 0)); background: light-dark(oklch(100% 0 0), oklch(0% 0 0)) }
  button { display: none } @media (width < 400px) { button { display: block } }
  .faint { color: light-dark(oklch(80% 0 0), oklch(95% 0 0)) }
</style></head><body><main><h1>A page</h1><p>Grey words</p><i>Clear words</i><button></button>
<i>Clear</i><i>Clear</i><i>Clear</i><b><i class="faint">Words of a lighter grey</i></b></main></body></html>
"""


def test_each_defect_is_found_where_it_shows(chromium: Windows) -> None:
    with chromium.open() as opened:
        page = opened()
        page.set_content(PAGE)
        found, again = unsound(page), unsound(page)
    assert again == found, "what is wrong is never known to be sound"
    assert found == [
        "1360 light: color-contrast: .faint",
        "390 light: button-name: button",
        "390 light: color-contrast: .faint",
        "390 dark: color-contrast: p",
        "1360 dark: color-contrast: p",
    ]


FAR_BELOW = """() => {
  document.querySelector("main").style.paddingBottom = "9000px";
  document.body.append(Object.assign(new Image(), {alt: "", loading: "lazy", src: "/static/favicon.svg"}));
}"""


def test_a_picture_far_below_is_called_as_well(chromium: Windows, shop: World) -> None:
    with chromium.open(shop.settings.base_url) as opened:
        page = opened()
        page.goto("/login")
        page.evaluate(FAR_BELOW)
        assert page.evaluate("[...document.images].at(-1).naturalWidth") == 0
        unsound(page)
        assert page.evaluate("[...document.images].at(-1).naturalWidth") > 0
