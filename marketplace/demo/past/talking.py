"""What people wrote: a word before the parcel came, a question about a part, a review after it. Done twice is once."""

import random
from datetime import timedelta

from marketplace import db
from marketplace.demo.past.script import Sale, Script
from marketplace.demo.past.stage import Stage, listing_of, order_of, person_id
from marketplace.demo.people import Person
from marketplace.messages import operations as messages
from marketplace.messages.operations import Words
from marketplace.reviews import operations as reviews
from marketplace.reviews import queries
from marketplace.reviews.operations import Opinion

_TALKS = (
    ("Could you send it before the weekend? The car is on the lift.", "It is packed, the van comes this afternoon."),
    ("Is the old one needed back as a core?", "No, keep it. There is no deposit on this part."),
    ("Please leave it with the neighbour if I am out.", "I have written it on the parcel."),
    ("Does it come with the bolts?", "Yes, a new set is in the bag.\n\nTighten them twice, the second time warm."),
)
_OPINIONS = (
    (5, 5, "Exactly as described, and it fits. Packed so that nothing could move."),
    (5, 5, "Quick, and the part is better than the picture."),
    (4, 5, "Good part. One thread had to be cleaned, the rest was fine."),
    (5, 4, "The part is perfect. The parcel took a day longer than it said."),
    (3, 4, "It works, with more scratches than I had expected from the pictures."),
    (4, 4, "Does what it should. I would buy here again."),
    (2, 3, "It fits, but the connector was broken. The seller was polite about it."),
)
_ANSWERS = ("Thank you, and drive safely.", "Thank you for saying so. Write to us if anything comes up.")
_SEED = 20261122


def write_words(script: Script, sale: Sale, seller: Person, sent_at: timedelta, received_at: timedelta | None) -> None:
    """Write down what is said about one order: of some a few words, of about half of those received a review.

    The chance is its own, so that the rest of the past stays as it is. Each step stands at the time of another one.
    """
    chance = random.Random(f"{_SEED} {sale.key} {seller.email}")  # noqa: S311  a story, not a secret
    if chance.random() < 0.2:
        script.add(sent_at, talk, purchase=sale.key, seller=seller.email, words=chance.choice(_TALKS))
    if received_at is not None and chance.random() < 0.5:
        said = chance.choices(_OPINIONS, weights=(8, 6, 5, 4, 2, 4, 1))[0]
        answer = chance.choice(_ANSWERS) if chance.random() < 0.4 else ""
        script.add(received_at, review, purchase=sale.key, seller=seller.email, said=said, answer=answer)


def talk(stage: Stage, *, purchase: str, seller: str, words: tuple[str, str]) -> None:
    """Let the buyer of an order write, and the seller read it and answer."""
    order = order_of(purchase, seller)
    if order is None:
        return
    number = str(order.number)
    asked = Words(words[0], f"{purchase}-{number}-asked")
    sent = db.atomic(
        messages.write_about_order, (), author_id=int(str(order.buyer_id)), number=number, words=asked, now=stage.now
    )
    _answer(stage, int(str(order.seller_id)), sent, Words(words[1], f"{purchase}-{number}-told"))


def ask(stage: Stage, *, email: str, seller: str, title: str, words: tuple[str, str]) -> None:
    """Let somebody ask about a listing; the seller answers where there is an answer."""
    listing = listing_of(seller, title)
    author_id, listing_id = person_id(email), int(str(listing.id))
    asked = Words(words[0], f"asked-{listing_id}")
    sent = db.atomic(messages.ask, (), author_id=author_id, listing_id=listing_id, words=asked, now=stage.now)
    if words[1]:
        _answer(stage, int(str(listing.seller_id)), sent, Words(words[1], f"told-{listing_id}"))


def review(stage: Stage, *, purchase: str, seller: str, said: tuple[int, int, str], answer: str) -> None:
    """Let the buyer review the first line of an order that has arrived, and the seller answer."""
    order = order_of(purchase, seller)
    line = queries.lines_of_order(int(str(order.id)))[0] if order else None
    if order is None or line is None or line.delivered_at is None or line.review_id is not None:
        return
    review_id = db.atomic(
        reviews.write,
        (),
        buyer_id=int(str(order.buyer_id)),
        line_id=line.line_id,
        opinion=Opinion(*said),
        now=stage.now,
    )
    if answer:
        db.atomic(
            reviews.answer, (), seller_id=int(str(order.seller_id)), review_id=review_id, text=answer, now=stage.now
        )


def _answer(stage: Stage, seller_id: int, sent: messages.Sent, words: Words) -> None:
    about, now = sent.conversation_id, stage.now
    db.atomic(messages.mark_read, (), user_id=seller_id, conversation_id=about, upto=sent.message_id, now=now)
    db.atomic(messages.reply, (), author_id=seller_id, conversation_id=about, words=words, now=now)
