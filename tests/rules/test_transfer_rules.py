"""References on transfers and what a transfer is worth, as values."""

import pytest
from stdnum import iso11649

from marketplace.bank_transfers.rules import Awaited, Doubt, in_groups, judge, payments_named_in, reference_of
from marketplace.money import Money
from marketplace.payment_records.states import PaymentStatus

_S = PaymentStatus


@pytest.mark.parametrize("payment_id", [1, 4711, 99_999_999, 100_000_000, 9_999_999_999])
def test_a_reference_is_one_of_iso_11649_and_is_found_however_it_is_written(payment_id: int) -> None:
    reference = reference_of(payment_id)
    assert iso11649.is_valid(reference)
    spoilt = in_groups(reference).lower().replace(" ", "-").replace("0", "o")
    for text in (reference, f"Order from Bo: {in_groups(reference)}, thanks", spoilt, f"ZZ{reference}"):
        assert payments_named_in(text) == (payment_id,)


def test_wrong_digits_name_nothing_and_two_references_name_two() -> None:
    good = reference_of(4711)
    assert [payments_named_in(good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :])
            for place in range(2, len(good))] == [()] * (len(good) - 2)  # fmt: skip
    assert payments_named_in("Invoice 4711, thank you") == payments_named_in("") == payments_named_in("RF") == ()
    assert payments_named_in(f"{reference_of(1)} {reference_of(2)} {reference_of(1)}") == (1, 2)


@pytest.mark.parametrize(
    ("status", "minor", "currency", "before", "doubt"),
    [
        (_S.PENDING, 10_000, "USD", 0, None),
        (_S.PENDING, 4_000, "USD", 6_000, None),
        (_S.PENDING, 9_999, "USD", 0, Doubt.TOO_LITTLE),
        (_S.PENDING, 10_001, "USD", 0, Doubt.TOO_MUCH),
        (_S.PENDING, 10_000, "USD", 1, Doubt.TOO_MUCH),
        (_S.PENDING, 10_000, "EUR", 0, Doubt.OTHER_CURRENCY),
        (_S.COMPLETED, 10_000, "USD", 0, Doubt.PAID),
        (_S.REFUNDED, 10_000, "USD", 0, Doubt.PAID),
        (_S.EXPIRED, 10_000, "USD", 0, Doubt.TOO_LATE),
        (_S.CANCELLED, 10_000, "EUR", 0, Doubt.CANCELLED),
    ],
)
def test_only_the_exact_amount_for_a_payment_that_waits_pays_by_itself(
    status: PaymentStatus, minor: int, currency: str, before: int, doubt: Doubt | None
) -> None:
    assert judge(Awaited(status, Money(10_000, "USD"), before), Money(minor, currency)) is doubt
