"""Buying a package of credits: an earlier unpaid one is closed at the provider, then its own page is opened."""

from datetime import datetime

from marketplace import db
from marketplace.checkout import flows, following, operations, pacing, packages
from marketplace.checkout.flows import Outcome, Providers
from marketplace.checkout.operations import OpenedElsewhere
from marketplace.checkout.packages import AgreedPackage
from marketplace.config import Settings
from marketplace.errors import Conflict
from marketplace.language import gettext as _

_TABS = 5


def begin(*, agreed: AgreedPackage, now: datetime, providers: Providers, settings: Settings) -> Outcome:
    """Record the payment of a package as pending and open its page (S1.12, S1.16).

    The same form sent twice is the same purchase, and the same page. Raises what `packages.open_package` raises, and
    Conflict in words for the buyer when the provider can't be reached, TooMany as `flows.begin` does.
    """
    for _try in range(_TABS):
        known = db.atomic(operations.find_purchase, (), token=agreed.token, buyer_id=agreed.buyer_id)
        if known is not None:
            return flows.go_on(known, None, now=now, providers=providers, settings=settings)
        pacing.check(buyer_id=agreed.buyer_id, policy=settings.risk, now=now)
        flows.start_over(agreed, now=now, providers=providers, settings=settings)
        try:
            opened = db.atomic(packages.open_package, (db.TURN,), agreed=agreed, settings=settings, now=now)
        except OpenedElsewhere:
            continue
        return flows.open_page(opened, now=now, providers=providers, settings=settings)
    raise Conflict(_(following.NO_PAGE))
