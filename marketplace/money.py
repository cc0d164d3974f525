"""Money: whole minor units and a currency. Floats, mixed currencies and plain division are refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

BASIS_POINTS = 10_000

# Digits after the decimal point where they are not two (ISO 4217; checked against literals in tests, scar S58).
CREDIT = "XCR"
"""The unit of credits, beside the currencies of the one ledger: letters that ISO 4217 leaves to everybody's own use."""
_EXPONENTS = {
    CREDIT: 0,
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


class CurrencyMismatch(TypeError):
    """Two amounts of different currencies met in one calculation."""


def exponent(currency: str) -> int:
    """Return how many digits of `currency` stand after the decimal point: 2 for USD, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents) of one currency; may be negative."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {self.minor!r}")
        letters = self.currency.isascii() and self.currency.isalpha() and self.currency.isupper()
        if len(self.currency) != 3 or not letters:
            raise ValueError(f"a currency is three capital letters, not {self.currency!r}")

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing, in `currency`."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str) -> "Money":
        """Return the sum of `amounts`, all of which must be in `currency`; zero for none."""
        result = cls(0, currency)
        for amount in amounts:
            result = result + amount
        return result

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        if type(quantity) is not int:
            raise TypeError("money is multiplied by whole quantities only; use share() for rates")
        return Money(self.minor * quantity, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def share(self, basis_points: int) -> "Money":
        """Return `basis_points` of this amount, rounded half up away from zero to whole minor units."""
        if type(basis_points) is not int:
            raise TypeError("a rate is a whole number of basis points")
        product = self.minor * basis_points
        rounded = (abs(product) * 2 + BASIS_POINTS) // (BASIS_POINTS * 2)
        return Money(rounded if product >= 0 else -rounded, self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Return parts in proportion to `weights` that sum to this amount exactly, by largest remainder.

        Ties go to the earlier part. Raises ValueError for negative weights or when all are zero.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise ValueError("weights are not negative and not all zero")
        sign = 1 if self.minor >= 0 else -1
        amount = abs(self.minor)
        parts = [amount * weight // whole for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
        for i in by_remainder[: amount - sum(parts)]:
            parts[i] += 1
        return [Money(sign * part, self.currency) for part in parts]

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
