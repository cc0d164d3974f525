"""Files of lists in the language of who takes them away: headings and words, and the same figures in each."""

import csv
import io
import re
from collections.abc import Iterator

from flask.testing import FlaskClient

from marketplace.catalog.import_parsing import COLUMNS
from tests.builders import World
from tests.pages.test_language import SWEDISH, translated_texts
from tests.security.authorisation import lines
from tests.security.scene import Scene, column_of, path_of, route_of, scene, values_for

_FOR_IMPORT = "/seller/listings/export"
_SAME = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\dT[\d:+]+|[A-Z]{2,4}-[\d-]+|[A-Z]{3}|[\w.]+@[\w.]+|[a-z]{2,}_\w+")
"""What reads the same in each language: amounts, counts, moments, numbers of things, currencies, addresses, ids."""

_OF_OTHERS = ("Object status",)
"""Words of the provider."""


def read(client: FlaskClient, path: str, **headers: str) -> list[list[str]]:
    """Return the rows of a file, its headings first; none where there is no file."""
    answer = client.get(path, query_string={"format": "csv"}, headers=headers, buffered=True)
    if answer.mimetype != "text/csv":
        return []
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


def files(stage: Scene) -> Iterator[tuple[str, list[list[str]], list[list[str]]]]:
    """Yield each file as each of its roles reads it: what it is, in English, and in Swedish."""
    answers = {line.route: line.answers for line in lines() if line.method == "GET"}
    for rule in stage.world.app.url_map.iter_rules():
        route = route_of(rule)
        if "GET" not in (rule.methods or ()):
            continue
        path = path_of(rule, values_for(rule, stage.sides["A"]))
        for role in ("buyer A", "seller A", "admin"):
            if answers[route][column_of(role, "A")] == "200" and (rows := read(stage.browsers[role], path)):
                yield f"{role}: {route}", rows, read(stage.browsers[role], path, **SWEDISH)


def faults(english: list[list[str]], swedish: list[list[str]], translated: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a file in Swedish beside the same in English."""
    yield from (f"heading {each!r}" for each in swedish[0] if each in translated or not each.strip())
    for headings in (english[0], swedish[0]):
        yield from (f"two columns are called {each!r}" for each in set(headings) if headings.count(each) > 1)
    if len(english) != len(swedish):
        yield "other rows"
    for row, other in zip(english[1:], swedish[1:], strict=False):
        for heading, cell, read_cell in zip(english[0], row, other, strict=True):
            if heading in _OF_OTHERS:
                continue
            if read_cell in translated or (_SAME.fullmatch(cell) and cell != read_cell):
                yield f"{heading}: {cell!r} reads {read_cell!r}"


def test_every_file_of_a_list_is_in_swedish_and_its_figures_are_the_same(world: World) -> None:
    translated, found, seen = translated_texts(), [], 0
    for what, english, swedish in files(scene(world)):
        if what.endswith(_FOR_IMPORT):
            assert english == swedish, "it can be taken in again"
        else:
            found += [f"{what}: {fault}" for fault in faults(english, swedish, translated)]
            seen += 1
    assert not found, "\n".join(found)
    assert seen > 30


def test_what_is_wrong_with_a_file_is_found() -> None:
    english = [["Order", "Total", "Status"], ["TM-100001", "12.50", "Paid"]]
    assert not list(faults(english, [["Order", "Totalt", "Status"], ["TM-100001", "12.50", "Betald"]], frozenset()))
    wrong = [["Order", "Total", "Order"], ["TM-100001", "12,50", "Paid"], ["", "", ""]]
    assert len(list(faults(english, wrong, frozenset({"Total", "Paid"})))) == 5


def test_a_file_of_listings_is_the_same_in_each_language(world: World) -> None:
    seller_id = world.seller()
    world.listing(seller_id, 5_000, title="Bromsskiva")
    client = world.client(seller_id)
    english, swedish = read(client, _FOR_IMPORT), read(client, _FOR_IMPORT, **SWEDISH)
    assert english == swedish
    assert english[0] == list(COLUMNS)
    assert len(english) == 2
