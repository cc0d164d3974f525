"""The gallery of states: every status in words, on an empty shop too."""

import pytest
from bs4 import BeautifulSoup

from marketplace.history import Ruled
from marketplace.web.admin.state_words import MACHINES, MEANINGS
from tests.builders import World


@pytest.mark.covers("S0.20")
def test_every_machine_and_every_status_has_words() -> None:
    assert {model.machine.name for model in Ruled.ruled} == set(MACHINES)
    states = {(model.machine.name, status.value) for model in Ruled.ruled for status in model.machine.states}
    assert states == set(MEANINGS)


def test_an_empty_shop_says_what_is_not_there_yet(world: World) -> None:
    page = world.client(world.person("Ada Admin", is_admin=True)).get("/admin/states").text
    assert page.count("Not yet") == len(MEANINGS)
    assert "Nothing, this is the end." in page


def test_a_status_shows_what_is_in_it_or_was(world: World) -> None:
    bought = world.paid_purchase(10_000)
    page = world.client(world.person("Ada Admin", is_admin=True)).get("/admin/states").text
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in BeautifulSoup(page, "html.parser").select("tbody tr")
    ]
    example = f"Payment {bought.payment_id}"
    assert ["Paid", MEANINGS["payment", "completed"]] in [row[:2] for row in rows]
    by_meaning = {row[1]: row[3:] for row in rows}
    assert by_meaning[MEANINGS["payment", "completed"]] == ["1", example]
    assert by_meaning[MEANINGS["payment", "pending"]] == [
        "0", f"{example} It has been in this state; nothing is now.",
    ]  # fmt: skip
    assert by_meaning[MEANINGS["payment", "refunded"]][0] == "0"
