"""What an invoice can be, and what may follow (S2.11, C22)."""

from marketplace.language import Text
from marketplace.transitions import Machine, Status


class InvoiceStatus(Status):
    """Where an invoice, a credit note or a commission invoice stands."""

    DRAFT = "draft", Text("Draft")
    SENT = "sent", Text("Sent")
    VIEWED = "viewed", Text("Viewed")
    PAID = "paid", Text("Paid")
    OVERDUE = "overdue", Text("Overdue")
    CANCELLED = "cancelled", Text("Cancelled")


_S = InvoiceStatus

INVOICE = Machine(
    "invoice",
    InvoiceStatus,
    _S.DRAFT,
    {
        "send": ([_S.DRAFT], _S.SENT, Text("It was handed over to who has to have it.")),
        "view": ([_S.SENT], _S.VIEWED, Text("Who has to have it has opened it.")),
        "settle": ([_S.SENT, _S.VIEWED, _S.OVERDUE], _S.PAID, Text("Nothing of it is due any more.")),
        "lapse": ([_S.SENT, _S.VIEWED], _S.OVERDUE, Text("Its due date has passed and something is still due.")),
        "cancel": (
            [_S.DRAFT, _S.SENT, _S.VIEWED, _S.OVERDUE, _S.PAID],
            _S.CANCELLED,
            Text("What it is about came to nothing. Its number stays taken."),
        ),
    },
)

# What is not at its end: the sweep looks at these and no others.
OPEN = (_S.DRAFT, _S.SENT, _S.VIEWED, _S.OVERDUE)
