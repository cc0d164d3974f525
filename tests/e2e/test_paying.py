"""What can happen on the payment page, seen in a real browser with scripts and without: each ends right."""

import re
from collections.abc import Callable

import pytest

from tests.builders import World
from tests.e2e.visitor import CARD_3DS, CLOSED_ACCOUNT, DECLINED_CARD, GOOD_ACCOUNT, POOR_CARD, Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])]

Visit = Callable[..., Visitor]


def on_payment_page(shop: World, visit: Visit) -> Visitor:
    """Return a buyer who is about to pay $100.00 and $40.00 to two sellers."""
    buyer = visit(shop.person())
    for price in (10_000, 4_000):
        buyer.put_in_basket(shop.listing(shop.seller(), price))
    buyer.go_to_payment_page()
    return buyer


def payments(shop: World) -> list[str]:
    return [str(status) for (status,) in shop.rows("SELECT status FROM payment ORDER BY id")]


def shares(shop: World) -> list[str]:
    return [str(status) for (status,) in shop.rows("SELECT status FROM payment_transaction ORDER BY id")]


def ways(shop: World) -> list[object]:
    """Return the statuses that each share has gone through."""
    moves = shop.rows(
        "SELECT subject_id, array_agg(to_status ORDER BY id) FROM status_change"
        " WHERE subject = 'payment_transaction' GROUP BY subject_id"
    )
    return [statuses for _, statuses in moves]


@pytest.mark.covers("S0.14", "S0.16")
def test_a_declined_card_then_success_on_the_same_page(shop: World, visit: Visit) -> None:
    buyer = on_payment_page(shop, visit)

    buyer.pay_by_card(DECLINED_CARD)
    buyer.sees("The payment did not go through.")
    buyer.on_payment_page()
    buyer.pay_by_card()

    buyer.title_is("Thank you, it is paid")
    assert payments(shop) == ["completed"]
    assert ways(shop) == [["pending", "held"]] * 2
    buyer.open("/account/payments").follow(f"Payment {shop.rows('SELECT id FROM payment')[0][0]}")
    buyer.sees("Refused tries", "The bank refused the payment.")


@pytest.mark.covers("S0.7", "S0.15")
def test_declined_twice_then_success(shop: World, visit: Visit) -> None:
    buyer = on_payment_page(shop, visit)

    buyer.pay_by_card(POOR_CARD)
    buyer.sees("There is not enough money on this card.")
    buyer.pay_by_card(DECLINED_CARD)
    buyer.sees("Your bank said no")
    buyer.pay_by_card()

    buyer.title_is("Thank you, it is paid")
    assert ways(shop) == [["pending", "failed", "held"]] * 2


@pytest.mark.covers("S4.21")
def test_3d_secure_passed(shop: World, visit: Visit) -> None:
    buyer = on_payment_page(shop, visit)

    buyer.pay_by_card(CARD_3DS)
    buyer.sees("Is it you who is paying?", "$140.00")
    buyer.press("Yes, complete the payment")

    buyer.title_is("Thank you, it is paid")
    assert payments(shop) == ["completed"]


@pytest.mark.covers("S4.21")
def test_3d_secure_failed_and_then_another_card(shop: World, visit: Visit) -> None:
    buyer = on_payment_page(shop, visit)

    buyer.pay_by_card(CARD_3DS)
    buyer.press("No, fail the check")
    buyer.sees("Your bank could not confirm that it is you.")
    buyer.pay_by_card()

    buyer.title_is("Thank you, it is paid")
    assert payments(shop) == ["completed"]


@pytest.mark.covers("S0.2", "S1.12", "S1.22")
def test_a_closed_tab_expires_and_can_be_paid_again(shop: World, visit: Visit) -> None:
    # Given a buyer who has closed the payment page
    buyer = on_payment_page(shop, visit)
    payment_page = buyer.page.url
    buyer.open("about:blank")

    # When 40 minutes pass
    shop.advance(minutes=40)
    shop.settle_down()

    # Then the payment has expired, the old page says so, and nothing was charged
    assert payments(shop) == ["expired"]
    buyer.open(payment_page)
    buyer.title_is("This payment page has expired")
    buyer.open("/account/payments")
    buyer.sees("Expired")

    # And "Try again" leads to a new page for the same purchase, which pays it
    buyer.open(f"/checkout/return/{shop.rows('SELECT id FROM payment')[0][0]}")
    buyer.title_is("This was not paid")
    buyer.press("Try again")
    buyer.on_payment_page()
    assert buyer.page.url != payment_page
    buyer.pay_by_card()
    buyer.title_is("Thank you, it is paid")
    assert payments(shop) == ["expired", "completed"]
    assert shop.rows("SELECT count(*) FROM purchase") == [(1,)]


@pytest.mark.covers("S1.23")
def test_going_back_cancels_and_keeps_the_basket(shop: World, visit: Visit) -> None:
    # Given a buyer on the payment page who goes back
    buyer = on_payment_page(shop, visit)
    buyer.page.get_by_role("link", name=re.compile("Back to Tandem")).click()

    # Then the payment is cancelled and the basket is as it was
    buyer.title_is("You went back")
    buyer.sees("Nothing was paid. Your basket is as you left it.")
    assert payments(shop) == ["cancelled"]
    buyer.follow("Back to the basket")
    buyer.sees("$140.00")

    # And it can be paid after all
    buyer.page.go_back()
    buyer.press("Try again")
    buyer.on_payment_page()
    buyer.pay_by_card()
    buyer.title_is("Thank you, it is paid")
    assert payments(shop) == ["cancelled", "completed"]


@pytest.mark.covers("S1.14")
def test_a_bank_debit_that_arrives_two_days_later(shop: World, visit: Visit) -> None:
    # Given a buyer who pays by bank debit
    buyer = on_payment_page(shop, visit)
    buyer.pay_by_debit(GOOD_ACCOUNT)

    # Then nothing is called paid before the money is there
    buyer.title_is("Confirming your payment")
    assert payments(shop) == ["processing"]
    assert shop.rows("SELECT count(*) FROM ledger_entry") == [(0,)]

    # When two days pass
    shop.advance(days=2, minutes=5)
    shop.settle_down()

    # Then it is paid
    buyer.open(f"/checkout/return/{shop.rows('SELECT id FROM payment')[0][0]}")
    buyer.title_is("Thank you, it is paid")
    assert shares(shop) == ["held", "held"]


def test_a_bank_debit_that_fails_two_days_later(shop: World, visit: Visit) -> None:
    # Given a buyer who pays from an account that is closed
    buyer = on_payment_page(shop, visit)
    buyer.pay_by_debit(CLOSED_ACCOUNT)
    buyer.title_is("Confirming your payment")

    # When two days pass
    shop.advance(days=2, minutes=5)
    shop.settle_down()

    # Then it is not paid, the books know nothing of it, and the basket is still there to be paid by card
    buyer.open(f"/checkout/return/{shop.rows('SELECT id FROM payment')[0][0]}")
    buyer.title_is("This was not paid")
    assert payments(shop) == ["failed"]
    assert shop.rows("SELECT count(*) FROM ledger_entry") == [(0,)]
    buyer.follow("Back to the basket")
    buyer.sees("$140.00")
    buyer.go_to_payment_page()
    buyer.pay_by_card()
    buyer.title_is("Thank you, it is paid")
    assert payments(shop) == ["failed", "completed"]
