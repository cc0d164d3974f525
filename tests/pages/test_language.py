"""Pages and mail in the language of who reads them: how it is chosen, and every page in Swedish."""

import re
from collections.abc import Iterator, Sequence

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace import language
from tests.builders import PASSWORD, World, form_token
from tests.fixtures_mail import PostOffice
from tests.security.authorisation import lines
from tests.security.scene import Scene, column_of, path_of, route_of, scene, values_for
from tests.translations import catalog_of

SWEDISH = {"Accept-Language": "sv-SE,sv;q=0.9,en;q=0.5"}
_READ_ALOUD = ("aria-label", "placeholder", "title", "alt", "data-label")
_ENGLISH = re.compile(
    r"\b(the|and|your|you|is|are|was|has|have|not|this|that|with|from|of|to|it|by|no|on|its)\b", re.IGNORECASE
)
_IN_ENGLISH_FOR_EVERYBODY = {
    "/patterns": "samples for who builds pages",
    "/dev/mail": "mail as it was sent, each in the language of who gets it",
    "/dev/mail/<name>": "the same",
    "/dev/mail/<name>/html": "the same",
    "/admin/disputes/<number>": "holds the draft for the bank, which is sent in English",
    "/admin/payments/<payment_id>/log": "tells rows by their columns",
    "/admin/settings": "shows a folder of this machine",
    "/account/time-zone": "names of the IANA",
}
_OF_PEOPLE = (
    "Isle of Man",  # babel has no other name for it
    "Is it sent?",
    "It is scratched.",
    "It fits.",
    "Stripe/1.0 (local sandbox, not Stripe)",
    "in the provider's balance",  # of the ledger
    "Refund re_",
    "Credits bought: ",
    "IT-1",  # the number of a transfer
    "Thank you",  # what somebody wrote to the bank
    "The server says 550: no such user",
)


def words(html: str) -> Iterator[str]:
    """Return what a page says in its own language, in the order in which it says it."""
    page = BeautifulSoup(html, "html.parser")
    for each in (*page(["script", "style", "code", "pre"]), *page.select("body [lang]")):
        each.decompose()
    for text in page.stripped_strings:
        yield " ".join(text.split())
    for name in _READ_ALOUD:
        yield from (str(each[name]) for each in page.select(f"[{name}]"))


def english_in(html: str, translated: frozenset[str]) -> Sequence[str]:
    """Return what a Swedish page says in English: a text that has a translation, or words that no Swedish text has."""
    return [
        text
        for text in words(html)
        if (text in translated or _ENGLISH.search(text)) and not any(known in text for known in _OF_PEOPLE)
    ]


def translated_texts() -> frozenset[str]:
    """Return the texts that read otherwise in Swedish."""
    return frozenset(str(each.id) for each in catalog_of("sv") if each.id and each.id != each.string)


def swedish_pages(stage: Scene) -> Iterator[tuple[str, str]]:
    """Yield each page as each of its roles reads it in Swedish, with what it is."""
    answers = {line.route: line.answers for line in lines() if line.method == "GET"}
    for rule in stage.world.app.url_map.iter_rules():
        route = route_of(rule)
        if "GET" not in (rule.methods or ()) or route in _IN_ENGLISH_FOR_EVERYBODY:
            continue
        path = path_of(rule, values_for(rule, stage.sides["A"]))
        for role in ("visitor", "buyer A", "seller A", "admin"):
            if answers[route][column_of(role, "A")] == "200":
                answer = stage.browsers[role].get(path, headers=SWEDISH, buffered=True)
                if answer.mimetype == "text/html":
                    assert answer.headers["Content-Language"] == "sv"
                    yield f"{role}: {route}", answer.text


def test_every_page_is_whole_in_swedish(world: World) -> None:
    translated, seen = translated_texts(), 0
    for what, html in swedish_pages(scene(world)):
        assert '<html lang="sv">' in html, what
        assert not english_in(html, translated), what
        seen += 1
    assert seen > 100


def test_english_on_a_swedish_page_would_be_found() -> None:
    translated = translated_texts()
    assert english_in("<p>Spara</p><p>Save</p>", translated) == ["Save"]
    assert english_in('<button aria-label="Take the parcel away">x</button>', translated) == ["Take the parcel away"]
    assert not english_in("<p>Din order är på väg</p>", translated)


def read(client: FlaskClient, path: str = "/", **headers: str) -> str:
    """Return the language of a page."""
    answer = client.get(path, headers=headers)
    assert f'<html lang="{answer.headers["Content-Language"]}">' in answer.text
    return str(answer.headers["Content-Language"])


def choose(client: FlaskClient, code: str, **more: str) -> str:
    """Choose a language and return where the form leads."""
    token = form_token(client.get("/language").text)
    answer = client.post("/language", data={"csrf_token": token, "language": code, **more})
    assert answer.status_code in {303, 422}
    return str(answer.location or answer.text)


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("", "en"),
        ("sv", "sv"),
        ("sv-FI", "sv"),
        ("de, sv;q=0.5", "sv"),
        ("de", "en"),
        ("en;q=0.4, sv;q=0.9", "sv"),
        ("sv;q=0", "en"),
        ("*", "en"),
        ("; ;q=x,," * 500, "en"),
    ],
)
def test_a_visitor_reads_the_best_that_the_browser_asks_for(world: World, asked: str, got: str) -> None:
    assert read(world.client(), **{"Accept-Language": asked}) == got


def test_what_was_chosen_beats_what_the_browser_asks_for(world: World) -> None:
    visitor = world.client()
    assert choose(visitor, "sv", next="/l?q=disc") == "/l?q=disc"
    assert "Sparat." in visitor.get("/l").text
    assert read(visitor, **{"Accept-Language": "en"}) == "sv"
    assert choose(visitor, "en", next="https://evil.example/") == "/language"
    assert read(visitor, **SWEDISH) == "en"


@pytest.mark.parametrize("code", ["xx", "", "../sv", "SV", "x" * 5_000])
def test_a_language_that_is_not_spoken_is_refused(world: World, code: str) -> None:
    buyer = world.client(world.person())
    assert "Choose a language from the list." in choose(buyer, code) or not code
    assert world.rows('SELECT language FROM "user"') == [("en",)]
    buyer.set_cookie("tandem_language", code[:100])
    assert read(buyer) == "en", "a cookie that somebody made up"


def test_an_account_keeps_its_language_for_other_browsers(world: World) -> None:
    user_id = world.person()
    choose(world.client(user_id), "sv")
    [(email, kept)] = world.rows('SELECT email, language FROM "user"')
    assert kept == "sv"
    other = world.client()
    token = form_token(other.get("/login").text)
    other.post("/login", data={"csrf_token": token, "email": str(email), "password": PASSWORD})
    assert read(other, "/account") == "sv"


def test_who_registers_in_swedish_is_written_to_in_swedish(post: PostOffice) -> None:
    world = post.world
    bought = world.paid_purchase(4_820)
    choose(world.client(bought.buyer_id), "sv")
    post.run()
    [receipt, *_] = [mail for mail in post.taken.mails if "48,20" in str(mail["Subject"])]
    assert str(receipt["Subject"]).startswith("Du betalade 48,20")
    others = [mail for mail in post.taken.mails if mail["To"] != receipt["To"]]
    assert others
    assert not any("betal" in str(mail["Subject"]) for mail in others), "the seller reads English"
    assert language.current() == "en", "the job does not go on in the last reader's language"


def test_stored_texts_are_english_whoever_wrote_them(world: World) -> None:
    bought = world.paid_purchase(4_820)
    buyer = world.client(bought.buyer_id)
    choose(buyer, "sv")
    [(number,)] = world.rows('SELECT number FROM "order"')
    page = BeautifulSoup(buyer.get(f"/orders/{number}/cancel").text, "html.parser")
    form = {str(each["name"]): str(each.get("value", "")) for each in page.select("main form input[name]")}
    assert buyer.post(f"/orders/{number}/cancel", data={**form, "reason": "mistake", "note": ""}).status_code == 303
    stored = " ".join(str(each) for (each,) in world.rows("SELECT because FROM status_change WHERE because <> ''"))
    stored += " ".join(str(each) for (each,) in world.rows("SELECT description FROM ledger_entry"))
    assert "It was ordered by mistake." in stored
    assert not re.search(r"[åäö]|\b(av|och|köp|betalning)\b", stored), stored
