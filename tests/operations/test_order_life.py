"""An order from paid to delivered: who may move it, what is kept of its way, who is told, and what time alone does."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace import db
from marketplace.errors import Invalid, NotFound
from marketplace.orders import operations, rules, sweeps
from marketplace.orders.rules import Parcel
from marketplace.transitions import AlreadyThere, MoveNotAllowed
from tests.builders import World
from tests.races import at_once, refusals


def ups(number: str = "1Z 999 AA1 01 2345 6784") -> Parcel:
    return rules.parcel("ups", name="", tracking_number=number, link="")


def orders(world: World) -> list[tuple[str, int, int]]:
    """Return each order's number, seller and buyer."""
    found = world.rows('SELECT number, seller_id, buyer_id FROM "order" ORDER BY id')
    return [(str(number), int(str(seller)), int(str(buyer))) for number, seller, buyer in found]


def ship(world: World, number: str, seller_id: int) -> None:
    db.atomic(operations.ship, (), seller_id=seller_id, number=number, parcel=ups(), now=world.now)


def told(world: World, kind: str) -> list[tuple[object, ...]]:
    return world.rows("SELECT user_id, facts->>'number' FROM notification WHERE kind = %s ORDER BY id", kind)


def status(world: World) -> list[object]:
    return [found for (found,) in world.rows('SELECT status FROM "order" ORDER BY id')]


@pytest.mark.covers("S2.3", "S2.5", "S2.29")
def test_sent_and_received_leaves_a_trail_and_tells_both(world: World) -> None:
    world.paid_purchase(10_000)
    [(number, seller_id, buyer_id)] = orders(world)

    ship(world, number, seller_id)
    assert status(world) == ["shipped"]
    assert world.rows("SELECT carrier, tracking_number, tracking_url, delivered_at FROM shipment") == [
        ("ups", "1Z999AA10123456784", "https://www.ups.com/track?tracknum=1Z999AA10123456784", None)
    ]
    assert told(world, "order_shipped") == [(buyer_id, number)]

    db.atomic(operations.confirm_received, (), buyer_id=buyer_id, number=number, now=world.now)
    assert status(world) == ["delivered"]
    assert world.rows("SELECT delivered_by FROM shipment") == [("buyer",)]
    assert told(world, "order_delivered") == [(buyer_id, number), (seller_id, number)]
    trail = world.rows("SELECT verb, actor_user_id, source FROM status_change WHERE subject = 'order' ORDER BY id")
    assert trail[-2:] == [("ship", seller_id, "web"), ("deliver", buyer_id, "web")]


def test_nobody_moves_a_foreign_order(world: World) -> None:
    world.paid_purchase(10_000, 4_000)
    (first, seller_id, buyer_id), (second, other_seller, _) = orders(world)
    stranger = world.person("Eve Eavesdropper")
    with pytest.raises(NotFound):
        ship(world, first, other_seller)
    with pytest.raises(NotFound):
        ship(world, first, buyer_id)
    ship(world, first, seller_id)
    for move, who in (
        (operations.mark_delivered, {"seller_id": other_seller}),
        (operations.mark_delivered, {"seller_id": buyer_id}),
        (operations.confirm_received, {"buyer_id": stranger}),
        (operations.confirm_received, {"buyer_id": seller_id}),
    ):
        with pytest.raises(NotFound):
            db.atomic(move, (), number=first, now=world.now, **who)
    assert status(world) == ["shipped", "confirmed"]
    assert second not in {number for _, number in told(world, "order_shipped")}


@pytest.mark.covers("S2.3")
def test_moves_come_in_their_order_and_once(world: World) -> None:
    bought = world.open_purchase(10_000)
    [(number, seller_id, buyer_id)] = orders(world)
    with pytest.raises(MoveNotAllowed):
        ship(world, number, seller_id)
    world.pay(bought)
    world.settle_down()
    with pytest.raises(MoveNotAllowed):
        db.atomic(operations.confirm_received, (), buyer_id=buyer_id, number=number, now=world.now)
    with pytest.raises(MoveNotAllowed):
        db.atomic(operations.mark_delivered, (), seller_id=seller_id, number=number, now=world.now)
    ship(world, number, seller_id)
    with pytest.raises(AlreadyThere):
        ship(world, number, seller_id)
    db.atomic(operations.mark_delivered, (), seller_id=seller_id, number=number, now=world.now)
    with pytest.raises(AlreadyThere):
        db.atomic(operations.confirm_received, (), buyer_id=buyer_id, number=number, now=world.now)
    assert world.rows("SELECT delivered_by FROM shipment") == [("seller",)]
    assert len(told(world, "order_shipped")) == 1
    assert len(told(world, "order_delivered")) == 2


def test_ten_clicks_send_once(world: World) -> None:
    world.paid_purchase(10_000)
    [(number, seller_id, _)] = orders(world)

    answers = at_once(world.app, [lambda: ship(world, number, seller_id)] * 10)
    assert {type(refusal) for refusal in refusals(answers)} == {AlreadyThere}
    assert len(refusals(answers)) == 9
    assert world.rows("SELECT count(*) FROM shipment") == [(1,)]
    assert len(told(world, "order_shipped")) == 1


@pytest.mark.covers("S2.29")
def test_silence_counts_as_delivered_fourteen_days_after_shipping(world: World) -> None:
    world.paid_purchase(10_000, 4_000)
    (first, seller_id, buyer_id), (_, _, _) = orders(world)
    ship(world, first, seller_id)
    world.advance(days=14, seconds=-30)
    assert world.tick()["orders delivered"] == 0
    world.advance(seconds=60)
    assert world.tick()["orders delivered"] == 1
    assert world.tick()["orders delivered"] == 0
    assert status(world) == ["delivered", "confirmed"]
    [(word, waited)] = world.rows("SELECT delivered_by, delivered_at - shipped_at FROM shipment")
    assert word == "time"
    assert timedelta(days=14) <= waited < timedelta(days=14, minutes=5)
    assert told(world, "order_delivered") == [(buyer_id, first), (seller_id, first)]
    [(kind, source)] = world.rows("SELECT actor_kind, source FROM status_change WHERE verb = 'deliver'")
    assert (kind, source) == ("job", "tick")


def test_the_sweep_leaves_alone_what_the_buyer_received(world: World) -> None:
    world.paid_purchase(10_000)
    [(number, seller_id, buyer_id)] = orders(world)
    ship(world, number, seller_id)
    db.atomic(operations.confirm_received, (), buyer_id=buyer_id, number=number, now=world.now)
    assert db.atomic(sweeps.deliver_overdue, (), days=14, now=world.now + timedelta(days=99)) == 0
    assert world.rows("SELECT delivered_by FROM shipment") == [("buyer",)]


@pytest.mark.parametrize(
    ("paid", "last_day"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 4)),  # Monday: Wednesday
        (datetime(2026, 3, 5, 23, 59, tzinfo=UTC), date(2026, 3, 9)),  # Thursday: Monday
        (datetime(2026, 3, 6, 0, 0, tzinfo=UTC), date(2026, 3, 10)),  # Friday: Tuesday
        (datetime(2026, 3, 7, 12, tzinfo=UTC), date(2026, 3, 10)),  # Saturday: Tuesday
        (datetime(2026, 3, 8, 12, tzinfo=UTC), date(2026, 3, 10)),  # Sunday: Tuesday
        (datetime(2026, 12, 31, 12, tzinfo=UTC), date(2027, 1, 4)),  # Thursday, over the year
    ],
)
def test_an_order_is_sent_within_two_working_days(paid: datetime, last_day: date) -> None:
    assert rules.ship_by(paid) == last_day
    assert not rules.is_overdue(last_day, datetime(last_day.year, last_day.month, last_day.day, 23, 59, tzinfo=UTC))
    assert rules.is_overdue(last_day, datetime.combine(last_day, datetime.min.time(), UTC) + timedelta(days=1))


@pytest.mark.covers("S2.5")
@pytest.mark.parametrize(
    ("carrier", "name", "number", "link", "field"),
    [
        ("", "", "1234", "", "carrier"),
        ("pigeon", "", "1234", "", "carrier"),
        ("ups", "", "", "", "tracking_number"),
        ("ups", "", "12", "", "tracking_number"),
        ("ups", "", "1234&to=evil", "", "tracking_number"),
        ("ups", "", "9" * 41, "", "tracking_number"),
        ("other", "", "1234", "https://track.example/1", "name"),
        ("other", "Bo\0", "1234", "https://track.example/1", "name"),
        ("other", "Bo's Vans", "1234", "", "link"),
        ("other", "Bo's Vans", "1234", "javascript:alert(1)", "link"),
        ("other", "Bo's Vans", "1234", "http://[", "link"),
        ("other", "Bo's Vans", "1234", "//track.example/1", "link"),
        ("other", "Bo's Vans", "1234", "https://bank.example@evil.example/", "link"),
        ("other", "Bo's Vans", "1234", "https://localhost/1", "link"),
        ("other", "Bo's Vans", "1234", "https://track.example/" + "1" * 500, "link"),
    ],
)
def test_a_wrong_parcel_names_its_field(carrier: str, name: str, number: str, link: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.parcel(carrier, name=name, tracking_number=number, link=link)
    assert refused.value.field == field


@pytest.mark.covers("S2.5")
def test_every_carrier_has_a_parcel() -> None:
    known = {"name": "Bo's Vans", "tracking_number": "ab-12 34", "link": "https://track.example/1"}
    parcels = {carrier: rules.parcel(carrier, **known) for carrier in rules.CARRIERS}
    assert parcels.pop("hand") == Parcel("hand", "Handed over in person")
    assert parcels.pop("other") == Parcel("other", "Bo's Vans", "AB1234", "https://track.example/1")
    for carrier, parcel in parcels.items():
        assert parcel.tracking_number == "AB1234"
        assert parcel.tracking_url.startswith("https://"), carrier
        assert parcel.tracking_url.endswith("AB1234"), carrier
