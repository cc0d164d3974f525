"""Two newcomers and one sale: a shop opened on a telephone, and a stranger who finds, buys, gets and reviews a part."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from marketplace import clock, posting
from marketplace.inbox.storing import Keeper
from tests.builders import PASSWORD, World
from tests.e2e.test_listing_pictures import list_a_part
from tests.e2e.visitor import Visitor
from tests.evidence import photo
from tests.mail_servers import mail_server

pytestmark = pytest.mark.e2e

Visit = Callable[..., Visitor]
Deliver = Callable[[], None]


@pytest.fixture
def deliver_mail(shop: World) -> Iterator[Deliver]:
    """Hand out what sends the mail that is due to the demo's own mail server, as its job does every few seconds."""
    known = shop.app.extensions
    before = known["settings"]

    def send() -> None:
        now, system_now = shop.now, clock.system_now()
        posting.run(known["settings"], write=known["mail_writer"], now=now, system_now=system_now)

    with mail_server(Keeper(before.var_dir / "mail")) as port:
        sender = {"smtp_security": "none", "mail_from": "hello@tandem.example"}
        known["settings"] = replace(before, smtp_host="127.0.0.1", smtp_port=port, **sender)
        send()
        yield send
    known["settings"] = before


def register(visitor: Visitor, name: str, email: str) -> None:
    visitor.open("/register")
    for label, text in (("Your name", name), ("E-mail", email), ("Password", PASSWORD)):
        visitor.main.get_by_label(label, exact=True).fill(text)
    visitor.press("Create account")
    expect(visitor.page.locator("h1")).not_to_have_text("Create account")


def open_shop(seller: Visitor) -> None:
    seller.open("/sell")
    about = {"Name of the shop": "Nell's Garage", "City": "Duluth", "About the shop": "Brakes, mostly."}
    policies = {"Delivery": "Sent the next day.", "Returns": "Thirty days, unused."}
    for label, text in (about | policies).items():
        seller.main.get_by_label(label, exact=True).fill(text)
    seller.main.get_by_label("Country").select_option("US")
    seller.press("Open the shop")
    expect(seller.page.locator("h1")).not_to_have_text("Open a shop")


def make_code(seller: Visitor) -> None:
    seller.open("/seller/discounts/new")
    seller.main.get_by_role("textbox", name="Code").first.fill("FIRST10")
    seller.main.get_by_label("Percentage", exact=False).first.check()
    seller.main.get_by_label("How much", exact=True).fill("10")
    seller.press("Make the code")
    seller.title_is("Code FIRST10")


def buy_with_code(buyer: Visitor) -> None:
    buyer.open("/")
    buyer.page.get_by_role("searchbox").first.fill("brake dsic")
    buyer.page.keyboard.press("Enter")
    buyer.main.get_by_role("link", name="Brake disc, front").first.click()
    expect(buyer.main.locator(".listing-gallery-strip img")).to_have_count(3)
    buyer.press("Add to basket")
    buyer.main.get_by_label("Discount code").fill("first10")
    buyer.press("Apply")
    buyer.sees("\N{MINUS SIGN}$10.00")
    buyer.go_to_payment_page()
    buyer.sees("Pay $90.00")
    buyer.pay_by_card()


def review(buyer: Visitor) -> None:
    buyer.main.get_by_role("link", name="Write a review").click()
    buyer.title_is("Review Brake disc, front")
    for question, stars in (("How is it?", "5"), ("How was the seller?", "4")):
        buyer.main.get_by_role("group", name=question).get_by_role("radio", name=stars).check()
    buyer.main.get_by_label("In your words").fill("Round, and it stops the car.")
    buyer.press("Publish the review")


def test_what_a_newcomer_lists_on_a_telephone_is_found_bought_sent_and_reviewed(
    shop: World, visit: Visit, deliver_mail: Deliver, tmp_path: Path
) -> None:
    # Given somebody with a telephone who opens a shop, lists a part with three pictures and makes a code
    seller = visit()
    seller.page.set_viewport_size({"width": 390, "height": 844})
    register(seller, "Nell Newcomer", "nell@example.com")
    open_shop(seller)
    pictures = []
    for number, size in enumerate([(640, 480), (400, 300), (480, 640)]):
        pictures.append(tmp_path / f"{number}.jpg")
        pictures[-1].write_bytes(photo(*size))
    list_a_part(seller, pictures)
    make_code(seller)
    shop.tick()  # learns the words that may be misspelt

    # When a stranger finds it by a misspelt word, registers, enters the code and pays
    buyer = visit()
    register(buyer, "Bo Stranger", "bo@example.com")
    buy_with_code(buyer)
    buyer.title_is("Thank you, it is paid")
    [(number,)] = shop.rows('SELECT number FROM "order"')

    # Then both are told by mail, the buyer with the invoice
    shop.settle_down()
    deliver_mail()
    buyer.open("/dev/mail")
    inbox = buyer.main.locator("tbody tr").filter(has_text="bo@example.com")
    expect(inbox.filter(has_text="1 attached")).to_have_count(1)
    inbox.filter(has_text="1 attached").get_by_role("link").click()
    buyer.sees("$90.00", str(number))
    expect(buyer.main.get_by_role("link", name=".pdf")).to_have_count(1)
    expect(seller.open("/dev/mail").main.locator("tbody tr").filter(has_text="nell@example.com")).not_to_have_count(0)

    # When the seller sends it from the list with two keys and a number
    seller.page.set_viewport_size({"width": 1360, "height": 900})
    seller.open("/seller/orders")
    seller.sees(str(number))
    seller.page.keyboard.press("x")
    seller.page.keyboard.press("s")
    seller.main.get_by_label("Sent with").select_option("UPS")
    seller.main.get_by_label("Tracking number").fill("1Z999AA10123456784")
    seller.press("Mark as sent")
    seller.sees(f"Order {number} is marked as sent.")

    # Then the buyer tracks it, confirms and reviews it
    buyer.open(f"/orders/{number}")
    buyer.sees("1Z999AA10123456784")
    track = buyer.main.get_by_role("link", name="Follow it at www.ups.com")
    expect(track).to_have_attribute("href", "https://www.ups.com/track?tracknum=1Z999AA10123456784")
    buyer.follow("I have received it")
    buyer.main.get_by_role("button", name="I have it: release").click()
    review(buyer)

    # And whoever comes next reads it beside the part
    passer_by = visit()
    passer_by.open("/l?q=brake")
    passer_by.main.get_by_role("link", name="Brake disc, front").first.click()
    passer_by.sees("Round, and it stops the car.")
