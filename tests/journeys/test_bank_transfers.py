"""Bank transfers: ordered, awaited, matched line by line, given up, sent back. Real books, checked after each test."""

from collections.abc import Iterator

import pytest

from marketplace import db
from marketplace.bank_policy import DEMO_TRANSFERS
from marketplace.bank_transfers import outgoing, outgoing_queries, queries, recording, statement_files
from marketplace.bank_transfers.rules import Doubt, in_groups, reference_of
from marketplace.checkout import flows, transfer_flows, transfer_matching
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.refunds import flows as refunds
from marketplace.refunds import transfers as outgoing_flows
from marketplace.refunds.wishes import Wish
from tests import builders_transfers as transfers
from tests.builders import Bought, World
from tests.builders_transfers import came, line, ordered, receive, sent
from tests.races import at_once, refusals


@pytest.fixture(autouse=True)
def bank(world: World) -> Iterator[None]:
    with transfers.accounts(world):
        yield


def status(world: World, bought: Bought) -> str:
    [(found,)] = world.rows("SELECT status FROM payment WHERE id = %s", bought.payment_id)
    return str(found)


def told(world: World, user_id: int) -> list[str]:
    return [
        str(kind) for (kind,) in world.rows("SELECT kind FROM notification WHERE user_id = %s ORDER BY id", user_id)
    ]


def booked(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "SELECT split_part(e.key, ':', 1), p.account, p.amount_minor FROM posting p"
        " JOIN ledger_entry e ON e.id = p.entry_id ORDER BY p.id"
    )


def admin(world: World) -> int:
    return world.person("Ada Admin", is_admin=True)


def decide(world: World, operation: object, transfer_id: int, **values: object) -> None:
    if operation in {transfer_matching.match, transfer_matching.confirm}:
        values["policy"] = world.settings.money
    by = values.pop("admin_id", None) or admin(world)
    db.atomic(operation, (), transfer_id=transfer_id, admin_id=by, now=world.now, **values)  # type: ignore[arg-type]


def approve(world: World, refund_id: int, minor: int) -> None:
    refunds.approve_and_send(
        admin_id=admin(world), refund_id=refund_id, amount_minor=minor, notes="It is so.",
        policy=world.settings.money, providers={}, now=world.now,
    )  # fmt: skip


def out(world: World, refund_id: int) -> tuple[int, str, bool]:
    """Return a refund's last transfer: its id, its status, and whether it has an account."""
    [row] = world.rows(
        "SELECT id, status, account IS NOT NULL FROM outgoing_transfer WHERE refund_id = %s ORDER BY id DESC LIMIT 1",
        refund_id,
    )
    return int(str(row[0])), str(row[1]), bool(row[2])


@pytest.mark.covers("S2.27")
def test_a_transfer_that_fits_pays_by_itself_and_the_invoice_is_paid(world: World) -> None:
    bought = ordered(world, 6_000, 4_000)
    world.settle_down()
    assert status(world, bought) == "pending"
    assert world.rows("SELECT count(*) FROM outbound_call") == world.rows("SELECT count(*) FROM cart_line") == [(0,)]
    assert {state for (state,) in world.rows("SELECT status FROM stock_reservation")} == {"active"}
    assert told(world, bought.buyer_id)[0] == "transfer_awaited"
    invoices = "SELECT status, total_minor - paid_minor, due_at - issued_at > interval '9 days' FROM invoice"
    assert world.rows(f"{invoices} ORDER BY id") == [("sent", 6_000, True), ("sent", 4_000, True)]
    received = receive(world, line(10_000, f"thanks/{in_groups(reference_of(bought.payment_id)).lower()}/Bo"))
    assert received is not None
    assert received.is_matched
    assert status(world, bought) == "completed"
    assert {state for (state,) in world.rows('SELECT status FROM "order"')} == {"confirmed"}
    assert booked(world)[:2] == [
        ("incoming_transfer", "bank_account", 10_000),
        ("incoming_transfer", "transfers_received", -10_000),
    ]
    captured = [row[1:] for row in booked(world) if row[0] == "payment"]
    assert sum(minor for account, minor in captured if account == "transfers_received") == 10_000  # type: ignore[misc]
    assert "processing_fee_recovery" not in {account for account, _minor in captured}
    world.settle_down()
    assert {row[0] for row in world.rows(invoices)} == {"paid"}
    assert "order_paid" in told(world, bought.buyer_id)


def test_the_same_form_sent_twice_is_one_purchase_and_another_basket_does_not_give_it_up(world: World) -> None:
    buyer_id = world.person()
    world.put_in_cart(buyer_id, world.listing(world.seller(), 5_000))
    agreed = world.agreed(buyer_id)
    how = {"now": world.now, "provider": world.provider, "settings": world.settings}
    first = transfer_flows.buy(agreed=agreed, **how)
    assert transfer_flows.buy(agreed=agreed, **how) == first
    bought = world.bought(first, agreed)
    world.put_in_cart(buyer_id, world.listing(world.seller(), 3_000))
    world.check_out(buyer_id)
    assert status(world, bought) == "pending"
    assert world.try_again(bought).redirect_url is None
    flows.cancel_purchase(purchase_id=bought.purchase_id, buyer_id=buyer_id, **how)
    assert status(world, bought) == "cancelled"
    assert queries.one(came(world, bought, 5_000)).doubt is Doubt.CANCELLED


def test_two_lines_add_up_whether_an_admin_keeps_the_first_or_not(world: World) -> None:
    bought = ordered(world, 10_000)
    first = came(world, bought, 4_000)
    found = queries.one(first)
    assert (found.doubt, found.lacks.minor if found.lacks else 0) == (Doubt.TOO_LITTLE, 6_000)
    decide(world, transfer_matching.keep, first)
    came(world, bought, 1_000)
    assert status(world, bought) == "pending"
    came(world, bought, 5_000)
    assert status(world, bought) == "completed"
    assert world.rows("SELECT status, used_minor FROM incoming_transfer ORDER BY id") == [
        ("matched", 4_000), ("matched", 1_000), ("matched", 5_000),
    ]  # fmt: skip
    again = came(world, bought, 5_000)
    assert queries.one(again).doubt is Doubt.PAID


def test_too_much_pays_when_an_admin_says_so_and_the_rest_goes_back_by_two(world: World) -> None:
    bought = ordered(world, 10_000)
    transfer_id = came(world, bought, 10_000 + 60_000)
    assert queries.one(transfer_id).doubt is Doubt.TOO_MUCH
    first = admin(world)
    reference = in_groups(reference_of(bought.payment_id))
    decide(world, transfer_matching.match, transfer_id, reference=reference, admin_id=first)
    assert status(world, bought) == "completed"
    [(back, minor)] = world.rows("SELECT id, amount_minor FROM outgoing_transfer")
    assert minor == 60_000
    with pytest.raises(NotAllowed, match="takes two"):
        sent(world, int(str(back)), admin_id=first)
    sent(world, int(str(back)))
    assert booked(world)[-2:] == [
        ("outgoing_transfer", "transfers_received", 60_000), ("outgoing_transfer", "bank_account", -60_000),
    ]  # fmt: skip
    assert "transfer_sent_back" in told(world, bought.buyer_id)
    with pytest.raises(Conflict):
        sent(world, int(str(back)))


def test_what_names_nobody_waits_and_goes_back_and_a_failed_return_is_planned_anew(world: World) -> None:
    bought = ordered(world, 10_000)
    texts = ("", "Order 4711", reference_of(99_999), f"{reference_of(bought.payment_id)} {reference_of(7)}")
    found = [receive(world, line(10_000, text)) for text in texts]
    doubts = [queries.one(each.transfer_id).doubt for each in found if each]
    assert doubts == [Doubt.NO_REFERENCE, Doubt.NO_REFERENCE, Doubt.UNKNOWN, Doubt.SEVERAL]
    other = receive(world, line(10_000, reference_of(bought.payment_id), "EUR"))
    assert other is not None
    assert queries.one(other.transfer_id).doubt is Doubt.OTHER_CURRENCY
    with pytest.raises(Invalid):
        decide(world, transfer_matching.send_back, other.transfer_id, reason=" ")
    decide(world, transfer_matching.send_back, other.transfer_id, reason="Another currency.")
    [(back,)] = world.rows("SELECT id FROM outgoing_transfer")
    db.atomic(outgoing_flows.failed, (), transfer_id=back, admin_id=admin(world), reason="Closed.", now=world.now)
    [(again, account)] = world.rows("SELECT id, account FROM outgoing_transfer WHERE status = 'planned'")
    assert account is None
    with pytest.raises(Invalid):
        db.atomic(outgoing.name_account, (), transfer_id=again, admin_id=admin(world), name="Bo", iban="GB00BUKB2020")
    db.atomic(
        outgoing.name_account, (), transfer_id=again, admin_id=admin(world), name="Bo", iban=transfers.PAYER.lower()
    )
    sent(world, int(str(again)))
    assert world.rows("SELECT status FROM incoming_transfer WHERE id = %s", other.transfer_id) == [("returned",)]
    assert status(world, bought) == "pending"


@pytest.mark.covers("S2.27")
def test_what_nobody_transfers_is_reminded_then_given_up_and_late_money_waits(world: World) -> None:
    bought = ordered(world, 10_000)
    world.settle_down()
    world.advance(days=8, hours=1)
    world.settle_down()
    assert told(world, bought.buyer_id).count("transfer_nearly_due") == 1
    world.advance(days=3)
    world.settle_down()
    assert status(world, bought) == "pending"
    assert {row[0] for row in world.rows("SELECT status FROM invoice")} == {"overdue"}
    world.advance(days=2)
    world.settle_down()
    assert status(world, bought) == "expired"
    assert told(world, bought.buyer_id).count("transfer_given_up") == 1
    assert world.rows("SELECT status FROM purchase") == [("given_up",)]
    assert {row[0] for row in world.rows("SELECT status FROM invoice")} == {"cancelled"}
    assert world.rows("SELECT in_stock FROM listing") == [(10,)]
    assert queries.one(came(world, bought, 10_000)).doubt is Doubt.TOO_LATE


def test_what_one_admin_types_above_the_limit_is_booked_by_another(world: World) -> None:
    bought = ordered(world, 90_000)
    first = admin(world)
    received = receive(world, line(90_000, reference_of(bought.payment_id)), admin_id=first, needs_second=True)
    assert received is not None
    assert booked(world) == []
    with pytest.raises(NotAllowed, match="takes two"):
        decide(world, transfer_matching.confirm, received.transfer_id, admin_id=first)
    decide(world, transfer_matching.confirm, received.transfer_id)
    assert status(world, bought) == "completed"
    wrong = came(world, bought, 5)
    decide(world, recording.strike, wrong, reason="Typed by mistake.")
    assert booked(world)[-2:] == [
        ("incoming_transfer", "bank_account", -5), ("incoming_transfer", "transfers_received", 5),
    ]  # fmt: skip


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="USD">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls>
<RltdPties><Dbtr><Pty><Nm>Bo &amp; Co</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>GB33BUKB20201555555555</IBAN></Id></DbtrAcct>
</RltdPties><RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="USD">7.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>
<Ntry><Amt Ccy="USD">9.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.covers("S2.27")
def test_a_file_of_the_bank_taken_in_twice_counts_once(world: World) -> None:
    bought = ordered(world, 10_000)
    by_camt, others = ordered(world, 10_000), reference_of(99_999)
    rows = (
        "date;amount;currency;text;payer_name",
        f"2026-11-20;100,00;USD;{reference_of(bought.payment_id)};Bo",
        "2026-11-20;12.50;USD;hello;Bo", "2026-11-20;12.50;USD;hello;Bo",
        "20 Nov;1;USD;no day;Bo", "2026-11-20;1.234;USD;no amount;Bo", "2026-11-20;-5;USD;out;Bo",
    )  # fmt: skip
    files = ["\n".join(rows).encode(), CAMT.format(reference=reference_of(by_camt.payment_id)).encode()]
    files.append(f"line_id,date,amount,currency,text\nX1,2026-11-21,5,USD,{others}".encode("utf-8-sig"))
    for expected in ((3, 1, 0), (1, 1, 0), (1, 0, 0)), ((0, 0, 3), (0, 0, 1), (0, 0, 1)):
        for content, (new, matched, known) in zip(files, expected, strict=True):
            found = statement_files.read(content)
            taken = transfer_flows.take_in(
                found.lines, admin_id=admin(world), policy=world.settings.money, now=world.now
            )
            assert (taken.new, taken.matched, taken.known) == (new, matched, known)
    assert [place for place, _said in statement_files.read(files[0]).wrong] == [5, 6]
    assert statement_files.read(files[0]).left_out == statement_files.read(files[1]).left_out == 1
    assert [status(world, each) for each in (bought, by_camt)] == ["completed", "completed"]


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y"><!ENTITY z SYSTEM "file:///etc/passwd">]><Document>&z;</Document>'


@pytest.mark.parametrize(
    "content",
    [
        b"", b" \n", b"\x00\xff\xfe garbage", "date,amount,currency,text\n2026-11-20,1,USD,ö".encode("latin-1"),
        b"when,how much\n1,2", BOMB, b"<Document>", b"<html></html>", b"x" * (statement_files.LARGEST_FILE + 1),
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"></Document>',
        b"<a>" * 200, b'date,amount,currency,text\n"2026',
        b"date,amount,currency,text\n" + b"2026-11-20,1,USD,a\n" * (statement_files.MOST_LINES + 1),
    ],
)  # fmt: skip
def test_what_is_no_file_of_a_bank_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        statement_files.read(content)
    assert refused.value.field == "file"


@pytest.mark.covers("S2.27")
def test_a_refund_goes_back_by_the_bank_in_a_file_and_is_with_the_buyer_once_sent(world: World) -> None:
    bought = transfers.paid(world, 10_000)
    refund_id = world.ask_refund(bought, Wish(amount_minor=4_000))
    approve(world, refund_id, 4_000)
    transfer_id, now, has_account = out(world, refund_id)
    assert (now, has_account) == ("planned", True)
    [(kept,)] = world.rows("SELECT account FROM outgoing_transfer")
    assert transfers.PAYER not in str(kept)
    file_id = db.atomic(
        outgoing_flows.export, (), admin_id=admin(world), currency="USD", account=DEMO_TRANSFERS.accounts["USD"],
        second_above_minor=50_000, now=world.now,
    )  # fmt: skip
    text = outgoing_queries.file(file_id)
    assert text == outgoing_queries.file(file_id)
    for part in ('<InstdAmt Ccy="USD">40.00</InstdAmt>', f"<IBAN>{transfers.PAYER}</IBAN>", "<NbOfTxs>1</NbOfTxs>"):
        assert part in text
    with pytest.raises(Conflict):
        db.atomic(
            outgoing_flows.export, (), admin_id=admin(world), currency="USD", account=DEMO_TRANSFERS.accounts["USD"],
            second_above_minor=50_000, now=world.now,
        )  # fmt: skip
    assert world.rows("SELECT status FROM refund") == [("processing",)]
    sent(world, transfer_id)
    assert world.rows("SELECT status FROM refund") == [("completed",)]
    assert status(world, bought) == "partially_refunded"
    world.settle_down()
    assert world.rows("SELECT total_minor FROM invoice WHERE kind = 'credit_note'") == [(-4_000,)]


def test_a_refund_that_the_bank_refuses_walks_back_and_its_buyer_names_an_account(world: World) -> None:
    bought = transfers.paid(world, 10_000)
    refund_id = world.ask_refund(bought, Wish(amount_minor=10_000))
    approve(world, refund_id, 10_000)
    first, _now, _account = out(world, refund_id)
    db.atomic(outgoing_flows.failed, (), transfer_id=first, admin_id=admin(world), reason="No account.", now=world.now)
    assert world.rows("SELECT status FROM refund") == [("failed",)]
    assert world.rows("SELECT sum(amount_minor) FROM posting WHERE account = 'refund_pending'") == [(0,)]
    approve(world, refund_id, 10_000)
    second, now, has_account = out(world, refund_id)
    assert (now, has_account) == ("planned", False)
    assert "refund_account_wanted" in told(world, bought.buyer_id)
    stranger = world.person("Sue Stranger")
    for buyer_id, iban in ((stranger, transfers.PAYER), (bought.buyer_id, "GB33BUKB20201555555556")):
        with pytest.raises((Invalid, NotFound), match=r"no IBAN|no such refund"):
            db.atomic(outgoing.name_refund_account, (), refund_id=refund_id, buyer_id=buyer_id, name="Bo", iban=iban)
    db.atomic(
        outgoing.name_refund_account, (), refund_id=refund_id, buyer_id=bought.buyer_id, name="Bo",
        iban="DE89 3704 0044 0532 0130 00",
    )  # fmt: skip
    sent(world, second)
    assert status(world, bought) == "refunded"


@pytest.mark.covers("S2.27")
def test_two_admins_at_once_do_it_once(world: World) -> None:
    bought = ordered(world, 10_000)
    one = line(10_000, reference_of(bought.payment_id), line_id="B1")
    answers = at_once(world.app, [lambda: receive(world, one), lambda: receive(world, one)])
    assert sorted(answer is None for answer in answers) == [False, True]
    two = ordered(world, 10_000)
    transfer_id = came(world, two, 12_000)
    reference = reference_of(two.payment_id)
    deeds = [
        lambda: decide(world, transfer_matching.match, transfer_id, reference=reference),
        lambda: decide(world, transfer_matching.send_back, transfer_id, reason="It is too much."),
    ]
    assert len(refusals(at_once(world.app, deeds))) == 1
    [(back,)] = world.rows("SELECT id FROM outgoing_transfer WHERE status = 'planned'")
    sends = [lambda: sent(world, int(str(back))), lambda: sent(world, int(str(back)))]
    assert len(refusals(at_once(world.app, sends))) == 1
    assert world.rows("SELECT count(*) FROM ledger_entry WHERE key LIKE 'outgoing_transfer:%%'") == [(1,)]
