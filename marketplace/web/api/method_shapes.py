"""Saved cards as programs read them (S4.2, S4.3)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from marketplace.language import Text
from marketplace.payment_methods.states import MethodStatus
from marketplace.web.api.shapes import Line, Moment, RowId, Shape, Wish

_Key = Annotated[str, Field(pattern=r"^[^\x00]{1,40}$")]
_Value = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=500)]
_Details = Annotated[dict[_Key, _Value], Field(max_length=20)]


class Method(Shape):
    """Something that is or was saved to pay with. Its number is known to the payment provider alone."""

    id: RowId
    type: str
    name: str = Field(examples=["Mastercard •••• 4444"])
    brand: str
    last4: str
    expires_on: date | None = Field(description=Text("Its last day; null for what does not expire."))
    is_expired: bool
    is_default: bool
    is_active: bool = Field(description=Text("Whether it is there to pay with."))
    status: MethodStatus
    provider: str
    provider_payment_method_id: str | None
    payments: int = Field(description=Text("How many payments were made with it."))
    metadata: dict[str, str] = Field(description=Text("What your programs keep with it."))
    created_at: Moment


class Methods(Shape):
    """All that is saved, the default first, and what once was."""

    methods: list[Method]


class NewMethod(Wish):
    """What shall be saved."""

    type: Line = Field("card", description=Text("Only cards can be saved."))


class Adding(Shape):
    """Where it is saved."""

    url: str = Field(description=Text("The payment provider's page; cards are typed there and nowhere else."))


class MethodChange(Wish):
    """What can change of something saved."""

    metadata: _Details = Field(description=Text("Up to 20 texts by name. What was there before is replaced."))
