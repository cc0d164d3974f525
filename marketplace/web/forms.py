"""What every form has: WTForms' own words in the language that is read."""

from functools import cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import i18n

from marketplace import language
from marketplace.language import ENGLISH


class Form(FlaskForm):
    """A form of this house."""

    class Meta(FlaskForm.Meta):
        """How WTForms speaks."""

        def get_translations(self, _form: object) -> Any:
            """Return WTForms' own texts in the language that is read; None for English, in which they are written."""
            return _texts(language.current())


@cache
def _texts(code: str) -> Any:
    return None if code == ENGLISH else i18n.get_translations([code])
