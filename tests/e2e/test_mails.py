"""Mails on a telephone: nothing of them is wider than it is."""

from collections.abc import Callable

import pytest

from marketplace.language import reading
from marketplace.web.mails.letters import Letter, written
from marketplace.web.mails.sections import Row, Section
from tests.builders import World
from tests.e2e.visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [False], ids=["no-script"])]
_LONG = "Köparen hämtar själv på överenskommen plats, tisdag till lördag, 10.00 till 18.30, Göteborg"


def test_long_words_and_notes_of_a_mail_fit_a_telephone(shop: World, visit: Callable[..., Visitor]) -> None:
    rows = (Row("Leverans", "0,00 US$", note=_LONG), Row("Återbetalningsbegäran" * 3, "1 234,50 US$", is_total=True))
    letter = Letter(
        subject="Betalleverantörens utbetalningsuppgifter " + "å" * 60,
        greeting="Hej Bo,",
        text="Spårningsnummer " + "1Z999AA10123456784" * 4,
        sections=(Section("Vad som avtalades", rows),),
        action="Se dina utbetalningsuppgifter",
        action_url="https://shop.example/",
        shop_name="Tandem",
        shop_url="https://shop.example/",
        why="Utan det får du inte betalt.",
        choose_url="https://shop.example/",
        unsubscribe_url="",
    )
    with reading("sv"):
        made = written(letter)
    page = visit().page
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.set_content(made.html)
        assert page.locator(".note").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert shop.rows("SELECT count(*) FROM mail") == [(0,)]
