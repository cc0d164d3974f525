"""What the review says before paying: what of the basket changed, and what is left out and why."""

from marketplace.carts.parts import CurrencyPart, Problem
from marketplace.language import Text
from marketplace.language import gettext as _

_PROBLEMS = {
    Problem.OWN: Text("%(title)s is your own listing and is left out."),
    Problem.SHOP_PAUSED: Text("The shop of %(title)s takes no orders at the moment. It is left out."),
    Problem.TO_CHOOSE: Text("%(title)s comes in several variants now and is left out. Choose one of them on its page."),
    Problem.PAUSED: Text("%(title)s is not for sale any more and is left out."),
    Problem.SOLD_OUT: Text("%(title)s is sold out and is left out."),
    Problem.TOO_FEW: Text("Only %(left)s left of %(title)s. It is left out; change the number in your basket."),
    Problem.NOT_SENT_THERE: Text("%(title)s is not delivered to %(country)s and is left out."),
    Problem.TOO_HEAVY: Text(
        "%(title)s is too heavy for delivery to %(country)s, with what comes with it, and is left out."
    ),
}


def notices_of(part: CurrencyPart, country: str) -> list[str]:
    """Return what changed or is left out of what is about to be bought, to go to `country` (its name), in words."""
    notices = []
    for shop in part.shops:
        for line in shop.lines:
            problem = shop.problems.get(line.line_id)
            if problem is not None:
                notices.append(_(_PROBLEMS[problem], title=line.title, left=line.available, country=country))
            elif line.is_price_changed:
                notices.append(
                    _("The price of %(title)s has changed since you put it in your basket.", title=line.title)
                )
            if line.was_called and problem is None:
                notices.append(
                    _("%(title)s was called “%(before)s” when you chose it.", title=line.title, before=line.was_called)
                )
    return notices
