"""The field for a country: written once for all pages, and still what the library would have written."""

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from marketplace.web import countries


class _Forms(FlaskForm):
    ours = countries.CountryField("Country", validate_choice=False)
    theirs = SelectField("Country", choices=countries.choices, validate_choice=False)


@pytest.mark.parametrize("chosen", ["", "US", "CI", "??", '"><script>'])
def test_it_says_what_the_library_says(app: Flask, chosen: str) -> None:
    with app.test_request_context():
        form = _Forms(MultiDict({"ours": chosen, "theirs": chosen}), meta={"csrf": False})
        theirs = form.theirs(autocomplete="country").replace("theirs", "ours")
        assert form.ours(autocomplete="country") == theirs
        assert form.ours(autocomplete="country") == theirs, "what one page chose is not chosen on the next"
        assert str(theirs).count(" selected ") == (1 if chosen in {"", "US", "CI"} else 0)
