"""What an admin's page about one person shows: ready texts and addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from marketplace.accounts.queries import Device
from marketplace.language import gettext as _
from marketplace.language import ngettext
from marketplace.ledger.accounts import Account
from marketplace.messages.block_queries import AdminBlockRow
from marketplace.numerals import number_text
from marketplace.orders.people_queries import Person
from marketplace.orders.purchase_queries import PurchaseSummary
from marketplace.orders.queries import OrderSummary
from marketplace.payments.flow_queries import BuyerTotals
from marketplace.payments.queries import Attempt, HeldTotal, Share
from marketplace.payments.tabs import PaymentTab
from marketplace.payouts.account_queries import AccountRow
from marketplace.refunds.queries import RefundRow
from marketplace.reports.queries import StopRow
from marketplace.wallets.queries import Held
from marketplace.web import account_words, countries, order_parts, refund_parts, wording
from marketplace.web.account_words import Asked
from marketplace.web.admin import purchase_page
from marketplace.web.console import Console, admin_console
from marketplace.web.explaining import Crumb
from marketplace.web.order_parts import Fact, MoneyRow
from marketplace.web.pages import money_text, time_text
from marketplace.web.refund_parts import RefundLink
from marketplace.web.stored_words import device_text
from marketplace.web.wording import Badge


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about a person."""

    person: Person
    paid: Sequence[BuyerTotals]
    held: Sequence[HeldTotal]
    purchases: Sequence[PurchaseSummary]
    sales: Sequence[OrderSummary]
    shares: Mapping[int, Share]
    """Of the sales."""
    payments: Sequence[Attempt]
    refunds: Sequence[RefundRow]
    devices: Sequence[Device]
    account: AccountRow | None
    """Where a seller is paid; None for one who has never begun."""
    stop: StopRow | None
    """Why they may not write to others; None for those who may."""
    blocks: Sequence[AdminBlockRow]
    """By and against them."""
    wallet: Sequence[Held]
    """What their wallet holds, per currency."""


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A block by or against this person."""

    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """One of a person's latest things."""

    title: str
    note: str
    url: str
    badge: Badge
    amount: str
    explain_url: str


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One signed-in device."""

    name: str
    note: str
    sign_out_url: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """Where a seller is paid, as the provider says."""

    badge: Badge
    reason: str
    facts: tuple[Fact, ...]
    account_id: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class UserPage:
    """What templates/admin/user.html shows."""

    title: str
    console: Console
    crumbs: tuple[Crumb, ...]
    note: str
    badges: tuple[Badge, ...]
    facts: tuple[Fact, ...]
    shop_name: str
    shop_url: str
    money: tuple[MoneyRow, ...]
    account: AccountView | None
    """Of a seller."""
    payouts_url: str
    purchases: tuple[Line, ...]
    purchases_url: str
    sales: tuple[Line, ...]
    payments: tuple[Line, ...]
    payments_url: str
    refunds: tuple[RefundLink, ...]
    devices: tuple[DeviceView, ...]
    stop_note: str
    """Why and since when they may not write to others; "" where they may."""
    stop_url: str
    lift_url: str
    blocks: tuple[BlockLine, ...]
    wallet: tuple[MoneyRow, ...]
    wallet_url: str


def build(facts: Facts) -> UserPage:
    """Return the page of a person."""
    person = facts.person
    return UserPage(
        title=person.name,
        console=admin_console("users"),
        crumbs=(Crumb(_("Users"), url_for("admin.users")),),
        note=person.email,
        badges=roles(person),
        facts=(
            Fact(_("User"), str(person.id)),
            Fact(_("Since"), time_text(person.created_at)),
            Fact(_("Last sign-in"), time_text(person.signed_in_at) if person.signed_in_at else _("Never")),
            Fact(_("Orders placed"), str(person.bought)),
            Fact(_("Orders received"), str(person.sold)),
        ),
        shop_name=person.shop_name or "",
        shop_url=url_for("shop.shop", slug=person.shop_slug) if person.shop_slug else "",
        money=(*(_paid(person, total) for total in facts.paid), *(_held(person, total) for total in facts.held)),
        account=_account(facts.account) if person.is_seller else None,
        payouts_url=url_for("admin.payouts_of_seller", seller_id=person.id) if person.is_seller else "",
        purchases=tuple(_purchase(row) for row in facts.purchases),
        purchases_url=url_for("admin.purchases", q=person.email),
        sales=tuple(_sale(row, facts.shares.get(row.id)) for row in facts.sales),
        payments=tuple(_payment(row) for row in facts.payments),
        payments_url=url_for("admin.payments", q=person.email),
        refunds=refund_parts.box(facts.refunds, "admin"),
        devices=tuple(_device(person.id, device) for device in facts.devices),
        stop_note=_stopped(facts.stop),
        stop_url=url_for("admin.stop_writer", user_id=person.id),
        lift_url=url_for("admin.lift_stop", user_id=person.id) if facts.stop else "",
        blocks=tuple(_block(person, row) for row in facts.blocks),
        wallet=tuple(_in_wallet(person, held) for held in facts.wallet),
        wallet_url=url_for("admin.wallet", user_id=person.id),
    )


def _block(person: Person, row: AdminBlockRow) -> BlockLine:
    title = (
        _("Blocks %(name)s", name=row.blocked)
        if row.blocker_id == person.id
        else _("Blocked by %(name)s", name=row.blocker)
    )
    note = _("Since %(when)s", when=time_text(row.blocked_at))
    if row.lifted_at is not None:
        note = _(
            "From %(start)s until %(end)s, lifted",
            start=time_text(row.blocked_at),
            end=time_text(row.lifted_at),
        )
    return BlockLine(title, note)


def _stopped(stop: StopRow | None) -> str:
    return (
        _(
            "Stopped %(stopped_at)s by %(admin)s: %(reason)s",
            stopped_at=time_text(stop.stopped_at),
            admin=stop.admin,
            reason=stop.reason,
        )
        if stop
        else ""
    )


def roles(person: Person) -> tuple[Badge, ...]:
    """Return what somebody may do beyond buying, and whether they are suspended."""
    found = [Badge(_("Seller"), "hold")] if person.is_seller else []
    found += [Badge(_("Admin"), "wait")] if person.is_admin else []
    found = found or [Badge(_("Buyer"), "mute")]
    return (*found, Badge(_("Suspended"), "bad")) if person.is_suspended else tuple(found)


def _account(account: AccountRow | None) -> AccountView:
    if account is None:
        return AccountView(account_words.account_badge(None), _("Has not begun to set payouts up."), (), "", ())
    due_at, read_at = account.requirements_due_at, account.read_at
    name = account.bank_name or _("Bank")
    bank = f"{name} •• {account.bank_last4}" if account.bank_last4 else _("None yet")
    facts = [
        Fact(_("Country"), countries.name(account.country)),
        Fact(_("Bank account"), bank),
        Fact(_("Transfers"), _("On") if account.transfers_enabled else _("Off")),
        Fact(_("Payouts to the bank"), _("On") if account.payouts_enabled else _("Off")),
        Fact(_("Last checked"), time_text(read_at) if read_at else _("Never")),
    ]
    if due_at is not None:
        facts.append(Fact(_("Needed by"), time_text(due_at)))
    return AccountView(
        badge=account_words.account_badge(account.status),
        reason=account_words.reason_text(account.disabled_reason),
        facts=tuple(facts),
        account_id=account.account_id or "",
        asked=account_words.asked_of(account),
    )


def _paid(person: Person, total: BuyerTotals) -> MoneyRow:
    status = PaymentTab.HAS_MONEY.value
    url = url_for("admin.payments", q=person.email, status=status, currency=total.currency)
    label = _("Paid in %(currency)s", currency=total.currency)
    number = number_text(total.payments)
    count = ngettext("%(number)s payment", "%(number)s payments", total.payments, number=number)
    return MoneyRow(label, money_text(total.paid_minor, total.currency), url, count)


def _held(person: Person, total: HeldTotal) -> MoneyRow:
    url = url_for(
        "admin.account", account=Account.SELLER_HELD.value, currency=total.currency, owner=person.id, side="credit"
    )
    label = _("Held as a seller in %(currency)s", currency=total.currency)
    count = ngettext("%(number)s order", "%(number)s orders", total.orders, number=number_text(total.orders))
    return MoneyRow(label, money_text(total.held_minor, total.currency), url, count)


def _in_wallet(person: Person, held: Held) -> MoneyRow:
    url = url_for("admin.account", account=Account.WALLET.value, currency=held.currency, owner=person.id, side="credit")
    label = _("In %(currency)s", currency=held.currency)
    count = ngettext("%(number)s movement", "%(number)s movements", held.movements, number=number_text(held.movements))
    return MoneyRow(label, money_text(held.balance_minor, held.currency), url, count)


def _purchase(row: PurchaseSummary) -> Line:
    note = f"{row.title}, {time_text(row.created_at)}"
    url = url_for("admin.purchase", number=row.number)
    amount = money_text(row.total_minor, row.currency)
    return Line(row.number, note, url, wording.badge(row.status), amount, purchase_page.explain_url(row.payment_id))


def _sale(row: OrderSummary, share: Share | None) -> Line:
    note = f"{order_parts.title_of(row)}, {time_text(row.created_at)}"
    url = url_for("admin.purchase", number=row.number)
    amount = money_text(row.total_minor, row.currency)
    explain_url = purchase_page.gross_url(share, row.number) if share else ""
    return Line(row.number, note, url, wording.badge(row.status), amount, explain_url)


def _payment(row: Attempt) -> Line:
    url = url_for("admin.payment", payment_id=row.id)
    amount = money_text(row.amount_minor, row.currency)
    return Line(
        _("Payment %(number)s", number=row.id),
        time_text(row.created_at),
        url,
        wording.payment_badge(row.status),
        amount,
        purchase_page.explain_url(row.id),
    )


def _device(user_id: int, device: Device) -> DeviceView:
    signed_in, seen = time_text(device.signed_in_at), time_text(device.last_seen_at)
    note = _(
        "Signed in %(signed_in)s. Last seen %(seen)s. Address %(address)s.",
        signed_in=signed_in,
        seen=seen,
        address=device.ip_address,
    )
    return DeviceView(
        device_text(device.name), note, url_for("admin.sign_out_user", user_id=user_id, session_id=device.session_id)
    )
