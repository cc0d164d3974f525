"""The form of an auction: shape only; what an auction may be is said by its rules."""

from datetime import UTC, datetime, timedelta

from wtforms import DateTimeLocalField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.auctions.queries import AuctionRow
from marketplace.auctions.rules import Terms
from marketplace.language import Text
from marketplace.web.amounts import amount_text
from marketplace.web.auctions.forms import typed_money
from marketplace.web.auth.forms import typed
from marketplace.web.forms import Form
from marketplace.web.pages import reading_zone

_USUAL_DAYS = 7


class AuctionForm(Form):
    """What is put up: amounts in whole units of the listing's currency, the end by the clock of its seller's zone."""

    start = StringField(
        Text("First bid"), [InputRequired(Text("Enter the least that the first bid may be.")), Length(max=40)]
    )
    reserve = StringField(
        Text("Reserve"),
        [Length(max=40)],
        description=Text("Below it nobody wins. Bidders see only whether it is met."),
    )
    ends_at = DateTimeLocalField(
        Text("Ends"), [InputRequired(Text("Choose a day and a time."))], description=Text("In 1 to 14 days.")
    )

    def terms(self, currency: str) -> Terms:
        """Return what was typed; raises Invalid naming the field."""
        reserve = typed(self.reserve).strip()
        return Terms(
            start=typed_money(typed(self.start), currency, field="start"),
            reserve=typed_money(reserve, currency, field="reserve") if reserve else None,
            ends_at=self.ends_at.data.replace(tzinfo=reading_zone()).astimezone(UTC),
        )


class WithdrawForm(Form):
    """Why an auction is taken back."""

    reason = TextAreaField(Text("Reason"), [InputRequired(Text("Say why.")), Length(max=1000)])


def suggested(price_minor: int, currency: str, now: datetime) -> dict[str, object]:
    """Return what a new auction's form holds: the listing's price to start from, and a week."""
    ends_at = (now + timedelta(days=_USUAL_DAYS)).astimezone(reading_zone())
    return {
        "start": amount_text(price_minor, currency),
        "ends_at": ends_at.replace(second=0, microsecond=0, tzinfo=None),
    }


def stored(row: AuctionRow) -> dict[str, object]:
    """Return what the form of an auction that exists holds."""
    return {
        "start": amount_text(row.start_minor, row.currency),
        "reserve": amount_text(row.reserve_minor, row.currency),
        "ends_at": row.ends_at.astimezone(reading_zone()).replace(tzinfo=None),
    }
