"""Each language has every text, with its places; no template has words outside of what is translated."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment

from tests.translations import CHECKOUT, brought_up, catalog_of, file_of, others, untranslated

_TEMPLATES = CHECKOUT / "templates"
_ENGLISH_ONLY = {
    "patterns.html": "samples for who builds pages",
    "print/": "documents, which say the same to both sides and to the authorities",
    "sandbox/": "another company's pages",
}
_PLACE = re.compile(r"%\((\w+)\)s")
_MARKUP = re.compile(r"<[^>]*>", re.DOTALL)
_NAMES = frozenset(
    {
        "Tandem",
        "CSV",
        "PDF",
        "JSON",
        "VIN",
        "Stripe",
        "UTC",
        "VAT",
        "km",
        "kg",
        "amp",
        "nbsp",
        "middot",
        "Enter",
        "Esc",
        "tandem",
    }
)


def texts_of(message: Message) -> tuple[list[str], list[str]]:
    """Return the English texts of a message, and its translations."""
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = list(message.string) if isinstance(message.string, list | tuple) else [message.string]
    return ids, strings


def faults(catalog: Catalog) -> Iterator[str]:
    """Yield what is wrong with the translations of a language."""
    for message in catalog:
        if not message.id:
            continue
        ids, strings = texts_of(message)
        places = set(_PLACE.findall(" ".join(ids)))
        for text in filter(None, strings):
            found = set(_PLACE.findall(text))
            if found - places or (len(ids) == 1 and places - found):
                yield f"{ids[0]!r} has the places {sorted(places)}, its translation {sorted(found)}"
            if len(ids) == 1 and sorted(_MARKUP.findall(ids[0])) != sorted(_MARKUP.findall(text)):
                yield f"{ids[0]!r} has other markup than its translation"
            if ids[0][:1].isspace() != text[:1].isspace() or ids[0][-1:].isspace() != text[-1:].isspace():
                yield f"{ids[0]!r} begins or ends with another space than its translation"


@pytest.mark.parametrize("code", others())
def test_a_language_has_every_text_and_no_other(code: str) -> None:
    brought = brought_up(code)
    assert not [message.id for message in untranslated(brought)], "translate them in messages.po"
    path = CHECKOUT / "marketplace" / "locale" / code / "messages.po"
    assert path.read_bytes() == file_of(brought), "run python -m tests.translations"
    assert len(brought) > 5_000


@pytest.mark.parametrize("code", others())
def test_translations_have_the_places_of_their_texts(code: str) -> None:
    assert not list(faults(catalog_of(code)))


def test_a_wrong_translation_is_found() -> None:
    catalog = Catalog(locale="sv")
    catalog.add("Order %(number)s", "Order %(numer)s")
    catalog.add("<b>Paid</b>", "Betald")
    catalog.add(("%(count)s parcel", "%(count)s parcels"), ("Ett paket", "%(count)s paket"))
    catalog.add("The reason: ", "Orsaken:")
    catalog.add("Save", "")
    assert len(list(faults(catalog))) == 3
    assert [message.id for message in untranslated(catalog)] == ["Save"]


def bare_words(source: str) -> list[str]:
    """Return the words that a template says in no language but English."""
    kept = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", source, flags=re.DOTALL)
    kept = re.sub(r"\{#.*?#\}|<!--.*?-->|<script.*?</script>", "", kept, flags=re.DOTALL)
    kept = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}|<span lang=.*?</span>|<meta .*?>\n", "", kept)
    kept = re.sub(r"<[a-zA-Z/!](?:\{\{.*?\}\}|\{%.*?%\}|[^<>{])*>", " ", kept, flags=re.DOTALL)
    data = "".join(part for _, kind, part in Environment().lex(kept) if kind == "data")
    return [word for word in re.findall(r"[A-Za-z]{2,}", data) if word not in _NAMES]


def test_templates_say_nothing_in_english_alone() -> None:
    found = {}
    for path in sorted(_TEMPLATES.rglob("*.html")):
        name = str(path.relative_to(_TEMPLATES))
        if not name.startswith(tuple(_ENGLISH_ONLY)) and (words := bare_words(path.read_text(encoding="utf-8"))):
            found[name] = words
    assert not found


def test_bare_words_are_found() -> None:
    assert bare_words('<p class="a">Pay {{ amount }} now</p>') == ["Pay", "now"]
    assert bare_words('{{ _("Pay") }} <a href="/x">{% trans %}Go <b>on</b>{% endtrans %}</a>') == []
