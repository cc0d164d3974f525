"""What a bank reads and within which limits: texts and files, and what matters for each reason. Pure.

Source: docs.stripe.com/disputes/reason-codes-defense-requirements and docs.stripe.com/api/disputes/evidence_object.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from marketplace.errors import Invalid
from marketplace.labels import Labelled
from marketplace.language import Text
from marketplace.language import gettext as _
from marketplace.numerals import number_text

LONGEST_TEXT = 20_000
LONGEST_IN_ALL = 150_000
LONGEST_STATEMENT = 5_000
MOST_FILES = 20
"""How many files one dispute keeps; a bank reads one of each kind."""


class EvidenceText(StrEnum):
    """A text of the evidence by the provider's name, with its label and whether it is a few words or several lines."""

    label: str
    is_long: bool

    def __new__(cls, value: str, label: str, is_long: bool) -> Self:
        """Make a field."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.is_long = label, is_long
        return member

    UNCATEGORIZED_TEXT = "uncategorized_text", Text("What happened, in our words"), True
    PRODUCT_DESCRIPTION = "product_description", Text("What was sold"), True
    CUSTOMER_NAME = "customer_name", Text("Buyer's name"), False
    CUSTOMER_EMAIL_ADDRESS = "customer_email_address", Text("Buyer's e-mail address"), False
    BILLING_ADDRESS = "billing_address", Text("Billing address"), False
    SHIPPING_ADDRESS = "shipping_address", Text("Where it was sent"), False
    SHIPPING_CARRIER = "shipping_carrier", Text("Carrier"), False
    SHIPPING_DATE = "shipping_date", Text("Day it was sent"), False
    SHIPPING_TRACKING_NUMBER = "shipping_tracking_number", Text("Tracking number"), False
    REFUND_POLICY_DISCLOSURE = "refund_policy_disclosure", Text("What the buyer read about returns before paying"), True
    REFUND_REFUSAL_EXPLANATION = "refund_refusal_explanation", Text("Refunds so far, and why there is no other"), True
    DUPLICATE_CHARGE_EXPLANATION = "duplicate_charge_explanation", Text("Why it was not charged twice"), True


class EvidenceFile(Labelled):
    """What a file shows, by the provider's name, with its label."""

    SHIPPING_DOCUMENTATION = "shipping_documentation", Text("Proof that it was sent or has arrived")
    CUSTOMER_COMMUNICATION = "customer_communication", Text("What the buyer has written to you")
    RECEIPT = "receipt", Text("Receipt or invoice")
    REFUND_POLICY = "refund_policy", Text("Return policy")
    SERVICE_DOCUMENTATION = "service_documentation", Text("Pictures of what was sent")
    UNCATEGORIZED_FILE = "uncategorized_file", Text("Something else")


class Reason(StrEnum):
    """Why a buyer disputes, by the provider's word: in plain words, and what matters against it."""

    label: str
    means: str
    matters: tuple[str, ...]

    def __new__(cls, value: str, label: str, means: str, matters: tuple[str, ...]) -> Self:
        """Make a reason."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label, member.means, member.matters = label, means, matters
        return member

    FRAUDULENT = (
        "fraudulent",
        Text("Not paid by the cardholder"),
        Text("The cardholder says that somebody else paid with their card."),
        (
            Text("Proof that it went to the cardholder's own address"),
            Text("The tracking number"),
            Text("Earlier orders they kept"),
        ),
    )
    PRODUCT_NOT_RECEIVED = (
        "product_not_received",
        Text("Not received"),
        Text("The buyer says that the goods never arrived."),
        (
            Text("The tracking number and the carrier"),
            Text("The carrier's proof of delivery"),
            Text("The buyer's own confirmation"),
        ),
    )
    PRODUCT_UNACCEPTABLE = (
        "product_unacceptable",
        Text("Not as described"),
        Text("The buyer says that the goods are damaged, faulty or not as described."),
        (
            Text("What the listing said"),
            Text("Pictures of what was sent"),
            Text("The return policy the buyer agreed to"),
        ),
    )
    DUPLICATE = (
        "duplicate",
        Text("Charged twice"),
        Text("The buyer says that they paid for the same thing twice."),
        (Text("What each payment was for"), Text("Receipts of both")),
    )
    CREDIT_NOT_PROCESSED = (
        "credit_not_processed",
        Text("Refund not received"),
        Text("The buyer says that a refund they were promised never came."),
        (Text("The refund and its day, if there was one"), Text("The return policy"), Text("Why no refund was due")),
    )
    SUBSCRIPTION_CANCELED = (
        "subscription_canceled",
        Text("Charged after cancelling"),
        Text("The buyer says that they had cancelled before they were charged."),
        (Text("When the order was placed and sent"), Text("That nobody cancelled it")),
    )
    UNRECOGNIZED = (
        "unrecognized",
        Text("Not recognised"),
        Text("The cardholder does not know what the charge is."),
        (Text("What was sold and by whom"), Text("The buyer's name and address"), Text("The tracking number")),
    )
    GENERAL = (
        "general",
        Text("Other"),
        Text("The bank gives no closer reason."),
        (
            Text("What was sold"),
            Text("That it was sent and has arrived"),
            Text("The return policy the buyer agreed to"),
        ),
    )
    WARNED = (
        "early_fraud_warning",
        Text("Suspected fraud"),
        Text("The bank believes that the cardholder did not pay. A dispute often follows."),
        (Text("Refund it now, if it looks like fraud: a refund costs less than a dispute"),),
    )


def reason_of(word: str, *, is_warning: bool) -> Reason:
    """Return the reason by the provider's word; the general one for a word that is new to us."""
    if is_warning:
        return Reason.WARNED
    return next((reason for reason in Reason if reason.value == word), Reason.GENERAL)


def file_kind(word: str) -> EvidenceFile:
    """Return the kind of file by the provider's word; raises Invalid for any other."""
    found = next((kind for kind in EvidenceFile if kind.value == word), None)
    if found is None:
        raise Invalid(_("Say what the file shows."), field="kind")
    return found


def check_texts(texts: Mapping[EvidenceText, str]) -> dict[EvidenceText, str]:
    """Return `texts` as the provider takes them; raises Invalid naming the field that is too long."""
    kept = {field: text.strip() for field, text in texts.items()}
    for field, text in kept.items():
        if len(text) > LONGEST_TEXT:
            raise Invalid(_("At most %(number)s characters.", number=number_text(LONGEST_TEXT)), field=field.value)
    if sum(map(len, kept.values())) > LONGEST_IN_ALL:
        raise Invalid(
            _("All texts together can have at most %(number)s characters.", number=number_text(LONGEST_IN_ALL)),
            field=next(iter(kept)),
        )
    return kept
