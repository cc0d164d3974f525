"""What people type is shown as they typed it: no tag, no attribute, no address and no template made of it."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace import db
from marketplace.catalog import operations as catalog
from marketplace.catalog.operations import CarFacts, Offer, PartFacts, Picture
from marketplace.money import Money
from tests.builders import PASSWORD, World, form_token
from tests.pages.test_checkout import TYPED, hidden, parsed
from tests.security.scene import ELSEWHERE, PICTURE_NAME, browser

# One text that would break out of an element, an attribute in either quotes, a comment, a script and a template.
_POLYGLOT = "{field}'\"><xx-{field} onx=1>--></title></script>{{{{7*7}}}}"
_ADDRESSES = ("/", "#", "data:image/", "http://localhost/", "http://127.0.0.1:", "https://www.ups.com/track?")


def polyglot(field: str) -> str:
    """Return what is typed into `field`; at most 64 signs, as the shortest fields take."""
    text = _POLYGLOT.format(field=field)
    assert len(text) <= 64, field
    return text


def shown_fields(document: BeautifulSoup) -> set[str]:
    """Return the fields whose text a reader of the page sees, in the text itself or in a value or an alternative."""
    texts = [
        document.get_text(" "),
        *(str(tag.get("value") or tag.get("alt")) for tag in document.select("[value], [alt]")),
    ]
    return set(re.findall(r"<xx-(\w+) onx=1>", " ".join(texts)))


def check(path: str, html: str) -> BeautifulSoup:
    """Assert that nothing that was typed became a part of the page, and return the page."""
    document = BeautifulSoup(html, "html.parser")
    for tag in document.find_all(True):
        assert not tag.name.startswith("xx-"), f"{path}: a typed tag stands in the page: {tag.name}"
        assert "onx" not in tag.attrs, f"{path}: a typed attribute stands at {tag.name}"
        handlers = [name for name in tag.attrs if name.startswith("on") or name == "style"]
        assert not handlers, f"{path}: {tag.name} has {handlers}, which the content policy forbids"
        for name in ("href", "src", "action", "formaction"):
            assert tag.attrs.get(name, "/").startswith(_ADDRESSES), f"{path}: {name}={tag.attrs[name]!r}"
    assert "script&gt;49" not in html, f"{path}: a template ran what was typed"
    return document


class Author:
    """Types polyglots into everything there is, through the real forms where there are some."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seller, self.seller_id = self.registered("sname", "seller@example.com")
        self.open_shop()
        self.part, self.car = self.listings()
        self.buyer, self.buyer_id = self.registered("bname", "buyer@example.com")
        self.orders = self.bought()

    def registered(self, field: str, email: str) -> tuple[FlaskClient, int]:
        client = browser(self.world, None)
        client.environ_base["HTTP_USER_AGENT"] = polyglot("agent")
        form = {"name": polyglot(field), "email": email, "password": PASSWORD}
        answer = client.post("/register", data={**form, "csrf_token": form_token(client.get("/register").text)})
        assert answer.status_code == 303, answer.text
        return client, int(str(self.world.rows('SELECT max(id) FROM "user"')[0][0]))

    def open_shop(self) -> None:
        names = ("name", "city", "about", "delivery_policy", "returns_policy")
        form = {
            name: polyglot(short)
            for name, short in zip(names, ("shop", "scity", "about", "deliv", "retrn"), strict=True)
        }
        form |= {"country": "US", "csrf_token": form_token(self.seller.get("/register").text)}
        answer = self.seller.post("/sell", data=form)
        assert answer.status_code == 303, answer.text

    def listings(self) -> tuple[int, int]:
        part = PartFacts("brakes", polyglot("brand"), polyglot("partno"), "New", polyglot("fits"))
        words = (polyglot(field) for field in ("make", "model", "body", "fuel", "gear", "colour"))
        make, model, body, fuel, gearbox, colour = words
        car = CarFacts(make, model, 2020, 10, body, fuel, gearbox, colour, "1HGCM82633A004352")
        offers = [
            Offer(
                title=polyglot(f"{kind}title"),
                description=polyglot(f"{kind}text"),
                price=Money(10_000, "USD"),
                delivery=Money(500, "USD"),
                units=1 if kind == "car" else 9,
                item=item,
                pictures=[Picture(PICTURE_NAME, polyglot("alt"))],
            )
            for kind, item in (("prt", part), ("car", car))
        ]
        ids = db.atomic(catalog.create_listings, (), seller_id=self.seller_id, offers=offers, now=self.world.now)
        db.atomic(catalog.publish_all, (), seller_id=self.seller_id, listing_ids=ids, now=self.world.now)
        return ids[0], ids[1]

    def bought(self) -> list[str]:
        """Buy the part and the car in two purchases, the second left unpaid."""
        for listing_id in (self.part, self.car):
            self.world.put_in_cart(self.buyer_id, listing_id)
            page = parsed(self.buyer.get("/checkout/USD"))
            names = ("full_name", "line1", "line2", "city", "region", "postcode")
            fields = {f"delivery_{name}": polyglot(f"d{name[:5]}") for name in names}
            fields |= {f"billing_{name}": polyglot(f"b{name[:5]}") for name in names}
            form = {
                **TYPED,
                **hidden(page),
                **fields,
                # A country that does not say how postcodes look: anything may be typed.
                "delivery_country": "AR",
                "billing_country": "AR",
                "billing_same": "",
                "delivery_choice": "new",
            }
            answer = self.buyer.post("/checkout/USD", data={**form, "buyer_note": polyglot("note")})
            assert answer.status_code == 303, answer.text
            if listing_id == self.part:
                [(session_id,)] = self.world.rows("SELECT provider_session_id FROM payment")
                self.world.sandbox.pay(str(session_id), name=polyglot("payer"))
                self.world.settle_down()
        return [str(number) for (number,) in self.world.rows('SELECT number FROM "order" ORDER BY id')]

    def send(self, order: str) -> None:
        form = {"carrier": "other", "name": polyglot("carr"), "tracking_number": "AB123456"}
        form |= {
            "link": "https://www.ups.com/track?\"><xx-link>'",
            "csrf_token": form_token(self.seller.get("/register").text),
        }
        answer = self.seller.post(f"/seller/orders/{order}/ship", data=form)
        assert answer.status_code == 303, answer.text


def crawl(role: str, client: FlaskClient, *starts: str) -> Iterator[tuple[str, BeautifulSoup]]:
    """Return the checked pages of ours that links lead to from `starts`; of each kind of address two."""
    waiting, seen, kinds = list(starts), set(starts), Counter[str]()
    while waiting:
        path = waiting.pop()
        kinds[re.sub(r"\d+", "0", path)] += 1
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        if answer.mimetype != "text/html":
            continue
        document = check(f"{role}: {path}", answer.text)
        yield path, document
        links = {str(link["href"]).split("#")[0] for link in document.select("a[href^='/']")} - seen
        seen |= links
        waiting += sorted(link for link in links if "?" not in link and kinds[re.sub(r"\d+", "0", link)] < 2)


@pytest.mark.covers("S2.31")
def test_nothing_typed_becomes_part_of_a_page(world: World) -> None:
    author = Author(world)
    visitor, admin = browser(world, None), browser(world, world.person("Ada Admin", is_admin=True))
    assert visitor.environ_base["REMOTE_ADDR"] == ELSEWHERE
    author.send(author.orders[0])
    starts = {
        "visitor": (visitor, ("/", "/l", "/login")),
        "buyer": (author.buyer, ("/", "/orders", "/basket", "/checkout/USD", "/notifications", "/account/security")),
        "seller": (author.seller, ("/seller/orders?tab=all", "/notifications", "/account/security")),
        "admin": (admin, ("/admin/payments", "/admin/events", "/admin/ledger")),
    }
    shown: dict[str, set[str]] = {}
    fields = ["sname", "bname", "shop", "scity", "about", "deliv", "retrn", "brand", "partno", "fits", "make", "model"]
    fields += ["body", "fuel", "gear", "colour", "prttitle", "prttext", "cartitle", "cartext", "alt", "note", "carr"]
    fields += ["dfull_", "dline1", "dline2", "dcity", "dregio", "dpostc", "bfull_", "bline1", "bcity", "bpostc"]
    pages = 0
    for role, (client, paths) in starts.items():
        for path, document in crawl(role, client, *paths):
            pages += 1
            for field in shown_fields(document):
                shown.setdefault(field, set()).add(path)
    assert pages > 60
    assert set(fields) <= set(shown), f"no page shows {set(fields) - set(shown)}: the crawl is blind there"


@pytest.mark.parametrize(
    "path", ["/l?q=", "/l?make=", "/l?shop=", "/login?next=/", "/orders?tab=", "/admin/payments?q="]
)
def test_what_the_address_says_is_shown_as_text(world: World, path: str) -> None:
    admin = browser(world, world.person("Ada Admin", is_admin=True))
    for text in (polyglot("query"), "</textarea><xx-query onx=1>", "javascript:alert(1)//", "' autofocus onx=1 x='"):
        answer = admin.get(path + text.replace("&", "%26").replace("#", "%23"), follow_redirects=True)
        assert answer.status_code in {200, 404}
        check(path, answer.text)


def test_typed_mistakes_come_back_as_text(world: World) -> None:
    client = browser(world, None)
    token = form_token(client.get("/register").text)
    text = polyglot("again")
    form = {"name": text, "email": text, "password": text, "next": text, "csrf_token": token}
    for path in ("/register", "/login"):
        answer = client.post(path, data={**form, "password": "short" if path == "/register" else text})
        assert answer.status_code == 422
        document = check(path, answer.text)
        assert "again" in shown_fields(document)
        assert text not in [field.get("value") for field in document.select("[type=password]")]


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://x.y/%0aalert(1)",
        "data:text/html,x",
        "//evil.example",
        "https:evil",
        "vbscript:x.y",
    ],
)
def test_a_link_that_is_no_web_page_is_refused(world: World, link: str) -> None:
    world.paid_purchase(10_000)
    [(seller_id, number)] = world.rows('SELECT seller_id, number FROM "order"')
    client = browser(world, int(str(seller_id)))
    form = {"carrier": "other", "name": "Bob", "tracking_number": "AB123456", "link": link}
    token = form_token(client.get(f"/seller/orders/{number}").text)
    answer = client.post(f"/seller/orders/{number}/ship", data={**form, "csrf_token": token})
    assert answer.status_code == 422
    assert world.rows('SELECT status FROM "order"') == [("confirmed",)]
