"""Axe and the ruler find what only the narrow or only the dark page does wrong."""

import pytest

from tests.e2e.soundness import unsound
from tests.e2e.windows import Windows

pytestmark = pytest.mark.e2e

PAGE = """
<html lang="en"><head><title>A page</title><style>
  :root { color-scheme: light dark }
  p { color: light-dark(oklch(20% 0 0), oklch(40% 0 0)); background: light-dark(oklch(100% 0 0), oklch(0% 0 0)) }
  i { color: light-dark(oklch(20% 0 0), oklch(95% 0 0)); background: light-dark(oklch(100% 0 0), oklch(0% 0 0)) }
  button { display: none } @media (width < 400px) { button { display: block } }
</style></head><body><main><h1>A page</h1><p>Grey words</p><i>Clear words</i><button></button></main></body></html>
"""


def test_each_defect_is_found_where_it_shows(chromium: Windows) -> None:
    with chromium.open() as opened:
        page = opened()
        page.set_content(PAGE)
        found = unsound(page)
    assert found == ["390 light: button-name: button", "390 dark: color-contrast: p", "1360 dark: color-contrast: p"]
