"""What a review is of: the basket in one currency, or an auction that the viewer has won."""

from dataclasses import dataclass

from flask import url_for

from marketplace.language import gettext as _


@dataclass(frozen=True, slots=True)
class Bought:
    """The source of a purchase, with the addresses of its pages."""

    currency: str
    auction_id: int | None = None

    @property
    def pay_url(self) -> str:
        """Where the form of the review goes."""
        if self.auction_id is None:
            return url_for("checkout.pay", currency=self.currency)
        return url_for("checkout.won", auction_id=self.auction_id)

    @property
    def address_url(self) -> str:
        """Where the total for another address is asked."""
        if self.auction_id is None:
            return url_for("checkout.total_there", currency=self.currency)
        return url_for("checkout.total_won", auction_id=self.auction_id)

    @property
    def back_url(self) -> str:
        """Where the buyer came from."""
        return back_url(self.auction_id)

    @property
    def back_label(self) -> str:
        """What that is called."""
        return back_label(self.auction_id)


def back_url(auction_id: int | None) -> str:
    """Return where the buyer of an auction, or of a basket, goes back to."""
    return url_for("cart.basket") if auction_id is None else url_for("auctions.auction", auction_id=auction_id)


def back_label(auction_id: int | None) -> str:
    """Return what that is called."""
    return _("Back to the basket") if auction_id is None else _("Back to the auction")
