"""Every mail in Swedish: its words, its figures, and what stood in rows in English."""

from collections.abc import Iterator

from marketplace.language import reading
from marketplace.mails.composing import Written
from marketplace.mails.flows import Outdated
from marketplace.mails.queries import Due
from marketplace.mails.topics import topic_of
from marketplace.notifications.models import NotificationKind
from marketplace.payouts.refusal_rules import refusal
from marketplace.web.stored_words import as_read
from tests.builders import World
from tests.pages.test_language import english_in, translated_texts
from tests.security.scene import scene

_OF_HOUSE = "Parts"
"""What shops are called here."""


def swedish_mails(world: World) -> Iterator[tuple[str, Written]]:
    """Yield what each notification that was ever told would be as a mail in Swedish, with its kind."""
    rows = world.rows(
        "SELECT n.id, n.user_id, u.name, u.email, n.kind, n.subject, n.subject_id, n.facts, n.created_at"
        ' FROM notification n JOIN "user" u ON u.id = n.user_id ORDER BY n.id'
    )
    for number, user_id, name, email, word, subject, subject_id, facts, at in rows:
        kind = NotificationKind(str(word))
        topic = topic_of(kind.value, facts)  # type: ignore[arg-type]
        told = (number, user_id, name, email, kind, topic, subject, subject_id, facts, at, None, at, None)
        try:
            yield kind.value, world.app.extensions["mail_writer"](Due(0, *told, "sv"))  # type: ignore[arg-type]
        except Outdated:
            continue


def test_every_mail_is_whole_in_swedish(world: World) -> None:
    scene(world)
    translated, kinds, found = translated_texts(), set(), []
    for kind, mail in swedish_mails(world):
        kinds.add(kind)
        assert '<html lang="sv">' in mail.html
        found += [f"{kind}: {each}" for each in english_in(mail.html, translated) if _OF_HOUSE not in each]
        assert mail.subject not in translated
    assert not found, "\n".join(found)
    assert len(kinds) > 10, sorted(kinds)


def test_a_refusal_in_the_providers_own_word_is_a_sentence_in_each_language(world: World) -> None:
    for message in ("country_invalid", "country_invalid."):
        words = refusal("unheard_of", message, world.now).words
        assert words == "The provider says: country_invalid."
        with reading("sv"):
            assert as_read(words) == "Betalleverantören säger: country_invalid."
    with reading("sv"):
        assert as_read("The provider says: as it was kept before") == "Betalleverantören säger: as it was kept before"
