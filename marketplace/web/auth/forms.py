"""The forms of this blueprint: shape only; what is allowed is said by the concepts' rules."""

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.errors import Invalid
from marketplace.web import countries

_LONGEST_TYPED = 1000


def typed(field: Field) -> str:
    """Return what was typed in a text field; nothing is an empty text."""
    return field.data or ""


def blame(form: FlaskForm, error: Invalid) -> None:
    """Show `error` at the field it names, or above the form."""
    field = form[error.field] if error.field and error.field in form else None
    if field is None:
        form.form_errors.append(error.message)
    else:
        field.errors = [*field.errors, error.message]


class SignInForm(FlaskForm):
    """E-mail, password, and where to go afterwards."""

    email = EmailField("E-mail", [InputRequired("Enter your e-mail address."), Length(max=_LONGEST_TYPED)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=_LONGEST_TYPED)])
    next = HiddenField()


class RegisterForm(FlaskForm):
    """What a new person tells."""

    name = StringField("Your name", [InputRequired("Enter your name."), Length(max=_LONGEST_TYPED)])
    email = EmailField("E-mail", [InputRequired("Enter your e-mail address."), Length(max=_LONGEST_TYPED)])
    password = PasswordField("Password", [InputRequired("Choose a password."), Length(max=_LONGEST_TYPED)])
    next = HiddenField()


class PasswordForm(FlaskForm):
    """A change of password."""

    old = PasswordField("Current password", [InputRequired("Enter your current password."), Length(max=_LONGEST_TYPED)])
    password = PasswordField("New password", [InputRequired("Choose a new password."), Length(max=_LONGEST_TYPED)])


class ShopForm(FlaskForm):
    """What a new shop shows."""

    name = StringField("Name of the shop", [InputRequired("Name your shop."), Length(max=_LONGEST_TYPED)])
    city = StringField("City", [InputRequired("Enter the city you send from."), Length(max=_LONGEST_TYPED)])
    country = countries.CountryField("Country", [InputRequired("Choose a country.")])
    about = TextAreaField("About the shop", [InputRequired("Tell buyers what you sell.")])
    delivery_policy = TextAreaField("Delivery", [InputRequired("Tell buyers how you send.")])
    returns_policy = TextAreaField("Returns", [InputRequired("Tell buyers how they can send things back.")])
