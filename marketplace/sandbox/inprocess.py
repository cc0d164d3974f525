"""A sandbox running in this process on a free port, with the handles tests and simulations need."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from marketplace.sandbox import (
    account_links,
    account_state,
    balance,
    create_sandbox,
    dashboard_connect,
    endpoints,
    events,
    external_accounts,
    faults,
)  # fmt: skip
from marketplace.sandbox.browser import Answer, Browser
from marketplace.sandbox.delivery import Attempted, Transport, post
from marketplace.sandbox.engine import Order
from marketplace.sandbox.faults import Kind, Where
from marketplace.sandbox.paypal.driving import PAYPAL_CLIENT, PAYPAL_SECRET, AtPaypal
from marketplace.sandbox.serving import Server
from marketplace.sandbox.settings import SandboxSettings
from marketplace.sandbox.switchboard import Switchboard
from marketplace.sandbox.wire import JSON, Reader

API_KEY = "sk_test_sandbox"
PUBLISHABLE_KEY = "pk_test_sandbox"
WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105  # signs events of a test server only
CONNECT_SECRET = "whsec_sandbox_connect"  # noqa: S105  # the same, for the events of connected accounts
SELLER = {
    "business_type": "individual", "mcc": "5533", "product_description": "Used car parts, sent by parcel",
    "first_name": "Sam", "last_name": "Seller", "email": "seller@example.com", "line1": "Main Street 1",
    "postal_code": "12345", "city": "Springfield", "state": "CA", "ssn_last_4": "0000", "id_number": "000000000",
    "dob_day": "9", "dob_month": "3", "dob_year": "1985", "document": "readable",
}  # fmt: skip


@dataclass(frozen=True)
class Paid:
    """How a try on the payment page ended.

    `outcome` is `paid` (sent back to the shop at `location`), `declined` or `invalid` (`message` says why),
    `authenticate` (3-D Secure waits at `location`), `expired`, or `error`.
    """

    outcome: str
    status: int
    location: str = ""
    message: str = ""


class ServedSandbox(AtPaypal):
    """Serves a sandbox on this machine until `stop`; use it as a context manager.

    Without `settings.background` nothing happens by itself: webhooks wait for `deliver_pending`, time for `run_due`.
    """

    def __init__(self, settings: SandboxSettings, listener: socket.socket, transport: Transport = post) -> None:
        self.base_url = settings.base_url
        self.app = create_sandbox(settings, transport)
        self._server = Server(self.app, listener)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving, stop the threads and close the database."""
        self._server.stop()
        self.sandbox.stop()

    @property
    def faults(self) -> Switchboard:
        """The fault switches: `add`, `remove`, `clear`, `active` and `strikes`."""
        return Switchboard(self.sandbox)

    def onboard(self, account_id: str, *, bank: str = "000123456789", skip: tuple[str, ...] = (), **typed: str) -> str:
        """Walk a seller through the onboarding page over HTTP and return where it leads in the end.

        `bank` is the test account number, `skip` names steps to be skipped, `typed` replaces what `SELLER` types.
        The check that follows takes `account_state.VERIFY_SECONDS`.
        """
        with self.sandbox.work() as work:
            addresses = dict.fromkeys(("refresh_url", "return_url"), f"{self.base_url}/dashboard")
            asked = Reader({"account": account_id, "type": "account_onboarding", **addresses})
            link = account_links.create(work, asked, self.base_url)
        return self.walk_onboarding(link.data["url"], bank=bank, skip=skip, **typed)

    def walk_onboarding(self, url: str, *, bank: str = "000123456789", skip: tuple[str, ...] = (), **typed: str) -> str:
        """Walk through the onboarding page behind an account link; see `onboard`."""
        browser, where = Browser(self.base_url), url.removeprefix(self.base_url)
        for _ in range(12):
            page = browser.get(where)
            if page.location:
                where = page.location
                continue
            if not where.startswith("/setup/e/"):
                break
            step = where.rpartition("/")[2]
            form = {**SELLER, "account": bank, **typed, "form_token": page.token}
            answer = browser.post(where, form | ({"skip": "yes"} if step in skip else {}))
            if answer.status == 422:
                return f"{where}: {' '.join(answer.problems)}"
            where = answer.location
            if step == "review":
                break
        return where

    def set_up(self, account_id: str, *, bank: str = "000123456789") -> None:
        """Give an account everything it lacks, made up, with a test bank account, and verify it at once."""
        with self.sandbox.work() as work:
            account = work.need("account", account_id, lock=True)
            added = external_accounts.add(work, account, bank, currency=account.data["default_currency"])
            external_accounts.replace(work, account, added)
            account_state.fill_in(work, account)

    def press(self, object_id: str, deed: str, **form: str) -> str:
        """Press a button on the dashboard's page of an account, a transfer or a payout; forms may stay as they are."""
        with self.sandbox.work() as work:
            stored = work.need(dashboard_connect.kind_of(deed), object_id)
            shown = [one for one in dashboard_connect.forms_for(work, stored) if one.name == deed]
            typed = {field.name: field.value for one in shown for field in one.inputs}
            return dashboard_connect.do(work, stored, deed, typed | form)

    def refuse(self, method: str, path: str, *, times: int, code: str, words: str) -> None:
        """Refuse the next `times` requests of a kind; a switch with these `words` that was on before stays as it is."""
        with self.sandbox.work() as work:
            if words not in {rule.words for rule in faults.every(work)}:
                faults.add(work, Kind.REFUSED, Where(method, path), times=times, code=code, words=words)

    def pay(
        self,
        session_id: str,
        card: str = "4242424242424242",
        *,
        account: str = "",
        saved: str = "",
        keeps: bool = False,
        authenticate: bool | None = True,
        email: str = "buyer@example.com",
        name: str = "Bo Buyer",
        country: str = "US",
    ) -> Paid:
        """Pay on the hosted page over HTTP, by `card` or, when given, by bank `account` or the id of a `saved` card.

        `keeps` lets the card be saved for next time, where the page offers that. A 3-D Secure question is passed
        (True), failed (False) or left open (None).
        """
        browser = Browser(self.base_url)
        page = browser.get(f"/c/pay/{session_id}")
        if page.token == "":
            return Paid("expired" if "expired" in page.text else "error", page.status, message=page.title)
        form = {"email": email, "name": name, "country": country, "form_token": page.token}
        by_card = _typed(card) | ({"keep": "yes"} if keeps else {})
        form |= {"method": "debit", "account": account} if account else {"method": saved} if saved else by_card
        answer = _answered(browser, browser.post(f"/c/pay/{session_id}", form), authenticate)
        return _outcome(browser, f"/c/pay/{session_id}", answer)

    def save_card(
        self,
        session_id: str,
        card: str = "4242424242424242",
        *,
        expiry: str = "12/39",
        authenticate: bool | None = True,
        email: str = "buyer@example.com",
    ) -> Paid:
        """Save a card on the hosted page of a setup session over HTTP; the outcome `paid` means that it is saved."""
        browser, path = Browser(self.base_url), f"/c/setup/{session_id}"
        page = browser.get(path)
        if page.token == "":
            return Paid("expired" if "expired" in page.text else "error", page.status, message=page.title)
        form = {"email": email, "name": "Bo Buyer", "country": "US", "form_token": page.token}
        answer = browser.post(path, form | _typed(card, expiry))
        return _outcome(browser, path, _answered(browser, answer, authenticate))

    def events(self, event_type: str = "", object_id: str = "") -> list[JSON]:
        """Return the events so far, oldest first, of one type or one object."""
        with self.sandbox.work() as work:
            rows = work.rows(
                "SELECT * FROM events WHERE (%(type)s = '' OR type = %(type)s)"
                " AND (%(object)s = '' OR object_id = %(object)s) ORDER BY seq",
                type=event_type, object=object_id,
            )  # fmt: skip
            return [events.render(work, row) for row in rows]

    def deliver_pending(self, order: Order | None = None, copies: int = 1) -> list[Attempted]:
        """Send every due webhook now; see `Sandbox.deliver_pending`."""
        return self.sandbox.deliver_pending(order, copies)

    def run_due(self) -> int:
        """Do everything that is due by the virtual clock; see `Sandbox.run_due`."""
        return self.sandbox.run_due()

    def hold_webhooks(self) -> None:
        """Keep webhooks back, also those of background threads."""
        self.sandbox.hold_webhooks()

    def release_webhooks(self) -> None:
        """Let webhooks go out again."""
        self.sandbox.release_webhooks()

    def advance_clock(self, seconds: int) -> int:
        """Move virtual time forward for everyone who reads the clock file; return the new offset in seconds."""
        return self.sandbox.clock.advance(seconds)

    def balance_sum(self, currency: str, account: str = "") -> int:
        """Return the sum of the nets of the balance transactions of the platform or an account, in minor units."""
        with self.sandbox.work() as work:
            return balance.balance_sum(work, currency, account)


class RunningSandbox(ServedSandbox):
    """A sandbox on a free port with keys of its own, for tests and simulations."""

    def __init__(
        self,
        database_url: str,
        var_dir: Path,
        *,
        webhook_url: str = "",
        connect_webhook_url: str = "",
        background: bool = False,
        transport: Transport = post,
        id_seed: int | None = None,
        merchant_name: str = "Demo marketplace",
    ) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.api_key, self.publishable_key, self.webhook_secret = API_KEY, PUBLISHABLE_KEY, WEBHOOK_SECRET
        self.connect_secret = CONNECT_SECRET
        settings = SandboxSettings(
            database_url=database_url,
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
            secret_keys=(API_KEY,),
            publishable_keys=(PUBLISHABLE_KEY,),
            var_dir=var_dir,
            cookie_key="in-process",
            webhook_url=webhook_url,
            webhook_secrets=(WEBHOOK_SECRET,),
            connect_webhook_url=connect_webhook_url,
            connect_webhook_secrets=(CONNECT_SECRET,),
            paypal_client_id=PAYPAL_CLIENT,
            paypal_client_secret=PAYPAL_SECRET,
            background=background,
            id_seed=id_seed,
            merchant_name=merchant_name,
        )
        super().__init__(settings, listener, transport)

    def send_webhooks_to(self, url: str) -> None:
        """Make sure that `url` gets every event, signed with `webhook_secret`."""
        with self.sandbox.work() as work:
            endpoints.ensure(work, url, (self.webhook_secret,))

    def send_account_webhooks_to(self, url: str) -> None:
        """Make sure that `url` gets every event of connected accounts, signed with `connect_secret`."""
        with self.sandbox.work() as work:
            endpoints.ensure(work, url, (self.connect_secret,), connect=True)


def _typed(card: str, expiry: str = "12/39") -> dict[str, str]:
    """Return what is typed of a card."""
    code = "1234" if card[:2] in ("34", "37") else "123"
    return {"method": "card", "number": card, "expiry": expiry, "cvc": code}


def _answered(browser: Browser, answer: Answer, authenticate: bool | None) -> Answer:
    """Return what follows the bank's question, where there is one; None leaves it open."""
    if not answer.location.endswith("/authenticate") or authenticate is None:
        return answer
    question = browser.get(answer.location)
    choice = {"answer": "complete" if authenticate else "fail", "form_token": question.token}
    return browser.post(answer.location, choice)


def _outcome(browser: Browser, path: str, answer: Answer) -> Paid:
    if answer.status == 422:
        return Paid("invalid", answer.status, message=" ".join(answer.problems))
    if answer.status != 303:
        return Paid("error", answer.status, message=answer.title)
    if answer.location.endswith("/authenticate"):
        return Paid("authenticate", answer.status, answer.location)
    if answer.location != path:
        return Paid("paid", answer.status, answer.location)
    page = browser.get(answer.location)
    if page.problems:
        return Paid("declined", answer.status, answer.location, " ".join(page.problems))
    return Paid("expired" if "expired" in page.title else "error", answer.status, answer.location, page.title)
