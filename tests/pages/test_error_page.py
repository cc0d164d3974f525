"""What breaks: a page that says nothing was lost, and an id that leads to its line in the log (S3.16)."""

import re

import pytest
from bs4 import BeautifulSoup

from tests.builders import World

LISTINGS = "/l?q=lamp"


@pytest.mark.covers("S3.16")
def test_what_breaks_is_told_with_the_id_of_its_line_in_the_log(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    client = world.client()
    world.tamper("ALTER TABLE listing RENAME TO listing_elsewhere")
    try:
        answer = client.get(LISTINGS)
    finally:
        world.tamper("ALTER TABLE listing_elsewhere RENAME TO listing")
    assert answer.status_code == 500
    page = BeautifulSoup(answer.text, "html.parser")
    text = page.get_text(" ", strip=True)
    [onward] = page.select("main a.button")
    assert (onward.text, onward["href"]) == ("Try again", LISTINGS)
    assert "Something broke on our side" in text
    assert "Nothing was lost." in text
    assert "relation" not in text, "what broke is for the log alone"
    log = capsys.readouterr().out
    [line] = [line for line in log.splitlines() if "unexpected error" in line]
    [reference] = re.findall(r"\b[0-9a-f]{8}\b", text)
    for fact in (reference, "GET", "shop.listings"):
        assert fact in line
    assert re.search(r'relation \\?"listing\\?" does not exist', log), "as text or as JSON: another test's shop decides"
    assert client.get(LISTINGS).status_code == 200, "and it goes on when its cause is gone"
