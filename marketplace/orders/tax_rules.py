"""How the tax of an order is shared by its lines. Pure."""

from collections.abc import Sequence

from marketplace.money import Money


def by_line(tax: Money, taxed: Sequence[Money]) -> list[Money]:
    """Return each line's part of an order's tax, by largest remainder of what is taxed of it; they sum to the tax.

    Where nothing is taxed, there is no tax: the parts are all nothing.
    """
    if not any(taxed):
        return [Money.zero(tax.currency) for _ in taxed]
    return tax.split([amount.minor for amount in taxed])
