"""What becomes of each kind of call that a checkout plans, in the transaction that records its outcome."""

from marketplace.checkout import capturing, page, returns
from marketplace.outbound.flows import Outcome
from marketplace.outbound.models import CallKind

OUTCOMES: dict[CallKind, Outcome] = {
    CallKind.CREATE_CHECKOUT: page.page_opened,
    CallKind.EXPIRE_CHECKOUT: page.page_closed,
    CallKind.CAPTURE_CHECKOUT: capturing.answered,
    CallKind.RETURN: returns.return_answered,
}
