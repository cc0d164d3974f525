"""Packages of credits as programs read and buy them, with the names of the source document (S1.11, S1.16)."""

from pydantic import Field

from marketplace.language import Text
from marketplace.web.api.shapes import Amount, Currency, Line, RowId, Shape, Wish


class CreditPackage(Shape):
    """A package that is sold now."""

    package_id: str = Field(examples=["creator"])
    package_name: str
    credits: int
    amount: Amount
    amount_cents: int = Field(description=Text("In the smallest units of its currency."))
    currency: Currency


class CreditPackages(Shape):
    """The packages that are sold now, the smallest first."""

    packages: list[CreditPackage]
    balance: int = Field(description=Text("How many credits you hold."))


class NewPackage(Wish):
    """Which package to buy."""

    package_id: Line = Field(examples=["creator"])
    coupon_code: Line | None = Field(None, description=Text("A code that lowers the price."))
    discount_code: Line | None = Field(None, description=Text("The same, by its other name."))


class PackageCheckout(Shape):
    """Where the package is paid."""

    checkout_url: str | None = Field(description=Text("The payment page; null where nothing is left to pay."))
    session_id: str | None
    payment_id: RowId
    package_id: str
    package_name: str
    credits: int
    amount: Amount
    amount_cents: int = Field(description=Text("In the smallest units of its currency."))
    currency: Currency
