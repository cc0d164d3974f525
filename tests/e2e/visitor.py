"""One person before the browser. Finds things as people do, by the words on the page, so scripts may be off."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.builders import ADDRESS, PASSWORD, World

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
POOR_CARD = "4000000000009995"
CARD_3DS = "4000002760003184"
GOOD_ACCOUNT = "000123456789"
CLOSED_ACCOUNT = "000111111113"


class Visitor:
    """A person with a browser of their own."""

    def __init__(self, page: Page, world: World) -> None:
        self.page = page
        self.world = world

    @property
    def main(self) -> Locator:
        """The page's own part, without frame and menus."""
        return self.page.locator("main")

    def open(self, path: str) -> "Visitor":
        """Go to an address of the shop."""
        self.page.goto(path)
        return self

    def title_is(self, title: str) -> None:
        """Wait for the page with this heading; its window title says the same."""
        expect(self.page.locator("h1")).to_have_text(title)
        expect(self.page).to_have_title(re.compile(f"^{re.escape(title)}"))

    def sees(self, *texts: str) -> None:
        """Wait until the page shows each text."""
        for text in texts:
            expect(self.main).to_contain_text(text)

    def sees_not(self, text: str) -> None:
        """Make sure that the page does not show a text."""
        expect(self.main).not_to_contain_text(text)

    def is_complete(self) -> None:
        """Wait until the whole page is there, before all of something on it is read."""
        self.page.wait_for_load_state("domcontentloaded")

    def press(self, name: str) -> None:
        """Press the first button of this name on the page."""
        self.main.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow the first link of this name on the page."""
        self.main.get_by_role("link", name=name, exact=True).first.click()

    def move_time(self, step: str, *told: str) -> None:
        """Press a step of the demo's bar and read what is told, or do what a busy machine leaves to the worker."""
        bar = self.page.get_by_role("complementary", name="Demo")
        # What an earlier step told may still stand there: only the next page says what this one did.
        with self.page.expect_navigation():
            bar.get_by_role("button", name=step, exact=True).click()
        self.sees("later:")
        if "in the background" in self.main.inner_text():
            self.world.work_off()
            self.page.reload()
        else:
            self.sees(*told)

    # In the shop

    def sign_in(self, user_id: int) -> None:
        """Sign in with the form, staying where the form leads."""
        [(email,)] = self.world.rows('SELECT email FROM "user" WHERE id = %s', user_id)
        if "/login" not in self.page.url:
            self.open("/login")
        self.page.get_by_label("E-mail").fill(str(email))
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        expect(self.page.locator("h1")).not_to_have_text("Sign in")

    def put_in_basket(self, listing_id: int, quantity: int = 1) -> None:
        """Put units of a listing in the basket, from the listing's page."""
        [(slug,)] = self.world.rows("SELECT slug FROM listing WHERE id = %s", listing_id)
        self.open(f"/l/{slug}")
        if quantity > 1:
            self.page.get_by_label("Quantity").fill(str(quantity))
        self.press("Add to basket")
        self.title_is("Basket")

    def go_to_checkout(self) -> None:
        """Go on from the basket to the checkout and say where to send things."""
        if not self.page.url.endswith("/basket"):
            self.open("/basket")
        self.press("Go to checkout")
        self.title_is("Checkout")
        self.is_complete()
        self.fill_address()

    def fill_address(self) -> None:
        """Say where to send things, if the checkout asks for it."""
        delivery = self.page.locator(".address-fields.is-delivery")
        if delivery.is_visible():
            for name, text in ADDRESS.items():
                field = delivery.locator(f"[name=delivery_{name}]")
                if name == "country":
                    field.select_option(text)
                else:
                    field.fill(text)

    def go_to_payment_page(self) -> None:
        """Check out what is in the basket and arrive on the payment page."""
        self.go_to_checkout()
        self.main.get_by_role("button", name=re.compile(r"^Pay \S+$")).click()
        self.on_payment_page()

    def on_payment_page(self) -> None:
        """Make sure that the browser is on the provider's payment page."""
        self.page.wait_for_url(f"{self.world.sandbox.base_url}/c/pay/**")
        expect(self.page.locator("h1")).to_have_text("Pay Tandem")

    # On the payment page

    def pay_by_card(self, number: str = GOOD_CARD) -> None:
        """Fill in the payment page and pay by card."""
        self.fill_in_card(number)
        self._pay()

    def fill_in_card(self, number: str = GOOD_CARD) -> None:
        """Fill in the payment page without pressing Pay."""
        self._say_who_pays()
        self.page.get_by_label("Card number").fill(number)
        self.page.get_by_label("Expiry date").fill("12 / 39")
        self.page.get_by_label("Security code").fill("123")

    def pay_by_debit(self, account: str) -> None:
        """Fill in the payment page and pay by bank debit."""
        self._say_who_pays()
        self.page.get_by_label("Bank debit").check()
        self.page.get_by_label("Account number").fill(account)
        self._pay()

    def _say_who_pays(self) -> None:
        self.page.get_by_label("E-mail").fill("bo@example.com")
        self.page.get_by_label("Name on the card or account").fill("Bo Buyer")

    def _pay(self) -> None:
        self.main.get_by_role("button", name=re.compile("^Pay ")).click()
