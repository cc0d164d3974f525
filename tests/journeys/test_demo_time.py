"""Thirty days by the button of the demo's bar: everything comes due on its own day, and the seller has the money."""

from datetime import timedelta

from bs4 import BeautifulSoup

from tests.builders import World
from tests.pages.test_demo_time import press, said
from tests.pages.test_order_life_pages import UPS, post


def test_bought_sent_and_thirty_days_later_the_share_is_available(world: World) -> None:
    # Given an order that was paid and sent, and a purchase that nobody paid
    world.paid_purchase(10_000)
    world.open_purchase(2_000)
    [(number, seller_id)] = world.rows("SELECT number, seller_id FROM \"order\" WHERE status = 'confirmed'")
    seller = world.client(int(str(seller_id)))
    assert post(seller, f"/seller/orders/{number}/ship", **UPS).status_code == 303
    sent_at, page = world.now, f"/seller/orders/{number}"
    seller.get(page)

    # When the seller presses "+30 days"
    assert press(seller, "30", page).location == page

    # Then the seller is still signed in and reads what happened
    words = said(seller, page)
    assert "1 payment page closed" in words
    assert "1 unpaid purchase given up" in words
    if "pass in the background" in words:  # a busy machine
        days = int(words.split()[0])
        assert words.startswith(f"{days} days later: "), words
        assert ("1 order counted as delivered," in words) == (days >= 14), words
        world.work_off()
    else:
        assert words.startswith("30 days later: 1 hold ended, 1 order counted as delivered,"), words

    # And the share is available, on the order's page and on the overview
    assert world.rows("SELECT status FROM payment_transaction WHERE status <> 'failed'") == [("available",)]
    html = BeautifulSoup(seller.get(page).text, "html.parser")
    assert "Available" in [badge.get_text(strip=True) for badge in html.select("main .badge")]
    assert "$93.80" in BeautifulSoup(seller.get("/seller").text, "html.parser").main.text

    # And each thing was done on its day, not all of it on the last
    days = {
        verb: (at - sent_at) // timedelta(days=1)  # type: ignore[operator]
        for verb, at in world.rows("SELECT verb, at FROM status_change WHERE verb IN ('deliver', 'release', 'give_up')")
    }
    assert days["give_up"] in {1, 2}, days
    assert (days["deliver"], days["release"]) == (14, 30)

    # And a second press finds nothing left
    press(seller, "1", page)
    assert said(seller, page) == "1 day later: nothing was due."
