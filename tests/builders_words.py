"""Builders of what people write to each other."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from marketplace import db
from marketplace.media import storing
from marketplace.media.storing import FileStore
from marketplace.messages import flows, operations
from marketplace.messages.flows import Letter, Upload
from marketplace.messages.operations import Sent
from marketplace.orders import operations as orders
from marketplace.orders import rules as order_rules
from marketplace.refunds import picture_flows
from marketplace.refunds.picture_flows import SentPicture
from marketplace.reviews import operations as reviews
from marketplace.reviews.operations import Opinion

_tokens = itertools.count(1)


class Bought(Protocol):
    """A purchase on its way, as `tests.builders.Bought`."""

    buyer_id: int
    purchase_id: int


class PeoplesWords:
    """What people write; a part of the World."""

    def _file_store(self) -> FileStore:
        return storing.store(self.settings.media, self.settings.var_dir, flows.FOLDER)

    @property
    def attachments(self) -> list[Path]:
        """The files that lie in the store of messages."""
        folder = self.settings.var_dir / flows.FOLDER
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def write(self, author_id: int, number: str, text: str, *, files: Sequence[Upload] = (), token: str = "") -> Sent:
        """Write about an order."""
        letter = Letter(author_id, text, token or f"a-token-of-a-test-{next(_tokens)}", files)
        return flows.write_about_order(letter, number=number, store=self._file_store(), now=self.now)

    def ask(self, author_id: int, listing_id: int, text: str) -> Sent:
        """Ask the seller of a listing."""
        letter = Letter(author_id, text, f"a-token-of-a-test-{next(_tokens)}")
        return flows.ask(letter, listing_id=listing_id, store=self._file_store(), now=self.now)

    def reply(self, author_id: int, sent: Sent, text: str) -> Sent:
        """Go on in a conversation."""
        letter = Letter(author_id, text, f"a-token-of-a-test-{next(_tokens)}")
        values = {"conversation_id": sent.conversation_id, "store": self._file_store(), "now": self.now}
        return flows.reply(letter, **values)

    def read(self, user_id: int, sent: Sent) -> None:
        """Read a conversation up to a message."""
        values = {"conversation_id": sent.conversation_id, "upto": sent.message_id, "now": self.now}
        db.atomic(operations.mark_read, (), user_id=user_id, **values)

    def show_pictures(self, buyer_id: int, refund_id: int, *contents: bytes) -> int:
        """Let the buyer add pictures to a request; return how many are new."""
        store = storing.store(self.settings.media, self.settings.var_dir, picture_flows.FOLDER)
        taken = picture_flows.take([SentPicture(f"{place}.jpg", each) for place, each in enumerate(contents)])
        return picture_flows.add(taken, buyer_id=buyer_id, refund_id=refund_id, store=store, now=self.now)

    def arrive(self, bought: Bought) -> None:
        """Let every order of a paid purchase be sent, and arrive on its seller's word."""
        parcel = order_rules.parcel("ups", name="", tracking_number="1Z999AA10123456784", link="")
        statement = 'SELECT seller_id, number FROM "order" WHERE purchase_id = %s ORDER BY id'
        for seller_id, number in self.rows(statement, bought.purchase_id):
            values = {"seller_id": seller_id, "number": number, "now": self.now}
            db.atomic(orders.ship, (), parcel=parcel, **values)
            db.atomic(orders.mark_delivered, (), **values)

    def review(self, bought: Bought, goods: int, seller: int, text: str = "It fits.", *, line: int = 0) -> int:
        """Let the buyer review a line of a purchase, the first where none is named; return the review's id."""
        lines = 'SELECT l.id FROM order_line l JOIN "order" o ON o.id = l.order_id WHERE purchase_id = %s ORDER BY 1'
        [(line_id,), *_] = [(line,)] if line else self.rows(lines, bought.purchase_id)
        said = Opinion(goods, seller, text)
        return db.atomic(reviews.write, (), buyer_id=bought.buyer_id, line_id=line_id, opinion=said, now=self.now)
