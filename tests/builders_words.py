"""Builders of what people write to each other."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from marketplace import db
from marketplace.messages import flows, operations
from marketplace.messages.flows import Letter, Upload
from marketplace.messages.operations import Sent

_tokens = itertools.count(1)


class PeoplesWords:
    """What people write; a part of the World."""

    @property
    def attachments(self) -> list[Path]:
        """The files that lie in the store of messages."""
        folder = self.settings.var_dir / flows.FOLDER
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def write(self, author_id: int, number: str, text: str, *, files: Sequence[Upload] = (), token: str = "") -> Sent:
        """Write about an order."""
        letter = Letter(author_id, text, token or f"a-token-of-a-test-{next(_tokens)}", files)
        return flows.write_about_order(letter, number=number, var_dir=self.settings.var_dir, now=self.now)

    def ask(self, author_id: int, listing_id: int, text: str) -> Sent:
        """Ask the seller of a listing."""
        letter = Letter(author_id, text, f"a-token-of-a-test-{next(_tokens)}")
        return flows.ask(letter, listing_id=listing_id, var_dir=self.settings.var_dir, now=self.now)

    def reply(self, author_id: int, sent: Sent, text: str) -> Sent:
        """Go on in a conversation."""
        letter = Letter(author_id, text, f"a-token-of-a-test-{next(_tokens)}")
        values = {"conversation_id": sent.conversation_id, "var_dir": self.settings.var_dir, "now": self.now}
        return flows.reply(letter, **values)

    def read(self, user_id: int, sent: Sent) -> None:
        """Read a conversation up to a message."""
        values = {"conversation_id": sent.conversation_id, "upto": sent.message_id, "now": self.now}
        db.atomic(operations.mark_read, (), user_id=user_id, **values)
