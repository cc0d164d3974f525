"""The port's list of balance lines, by the real SDK against the sandbox."""

from datetime import timedelta

from marketplace.providers.balance_lines import ListedLine, UnreadableLine
from marketplace.sandbox import balance
from tests.builders import World


# Would fail if a page did not say where the next begins, or a line did not say whose object is behind it.
def test_lines_come_in_pages_with_the_objects_behind_them(world: World) -> None:
    bought = world.paid_purchase(10_000)
    first = world.provider.balance_lines.page(since=None, until=world.now)
    [line] = first.lines
    assert isinstance(line, ListedLine)
    assert line.source is not None
    assert (first.next_after, line.source.kind, line.source.payment_id) == (None, "charge", bought.payment_id)
    assert line.line.net_minor == line.line.amount_minor - line.line.fee_minor == world.sandbox.balance_sum("usd")
    assert world.provider.balance_lines.balance() == {"USD": line.line.net_minor}
    with world.sandbox.sandbox.work() as work:
        charge = work.need("charge", line.source.object_id)
        for _ in range(240):
            balance.book(work, charge, kind="adjustment", amount=-1, available_on=work.now, category="other_adjustment")
    found, after, pages = set(), None, 0
    while pages == 0 or after is not None:
        page = world.provider.balance_lines.page(since=None, until=world.now, after=after)
        found |= {one.line.line_id for one in page.lines if isinstance(one, ListedLine)}
        after, pages = page.next_after, pages + 1
    assert (len(found), pages) == (241, 3)
    assert not world.provider.balance_lines.page(since=None, until=world.now - timedelta(days=1)).lines
    only = world.provider.balance_lines.page(since=None, until=world.now, kind="charge")
    assert [one.line.line_id for one in only.lines if isinstance(one, ListedLine)] == [line.line.line_id]


# Would fail if one line that nobody can read hid the others of its page.
def test_a_line_that_cannot_be_read_stops_no_other(world: World) -> None:
    world.paid_purchase(10_000)
    [(charge_id,)] = world.rows(
        "SELECT payload->'data'->'object'->>'id' FROM provider_event WHERE type = 'charge.succeeded'"
    )
    with world.sandbox.sandbox.work() as work:
        charge = work.need("charge", charge_id)
        broken = balance.book(work, charge, kind="adjustment", amount=-500, available_on=work.now)
        work.rows("UPDATE objects SET data = data || '{\"fee\": null}' WHERE id = %(id)s", id=broken.id)
    unreadable, good = world.provider.balance_lines.page(since=None, until=world.now).lines
    assert isinstance(unreadable, UnreadableLine)
    assert unreadable.line_id == broken.id
    assert isinstance(good, ListedLine)
