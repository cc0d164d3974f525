"""The forms of this blueprint: shape only; what is allowed is said by the concepts' rules."""

from wtforms import EmailField, Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.errors import DomainError, Invalid
from marketplace.language import Text
from marketplace.web import countries
from marketplace.web.forms import Form

_LONGEST_TYPED = 1000


def typed(field: Field) -> str:
    """Return what was typed in a text field; nothing is an empty text."""
    return field.data or ""


def blame(form: Form, error: DomainError) -> None:
    """Show `error` at the field it names, or above the form where it names none."""
    name = error.field if isinstance(error, Invalid) else ""
    field = form[name] if name and name in form else None
    if field is None:
        form.form_errors.append(error.message)
    else:
        field.errors = [*field.errors, error.message]


class SignInForm(Form):
    """E-mail, password, and where to go afterwards."""

    email = EmailField(Text("E-mail"), [InputRequired(Text("Enter your e-mail address.")), Length(max=_LONGEST_TYPED)])
    password = PasswordField(
        Text("Password"), [InputRequired(Text("Enter your password.")), Length(max=_LONGEST_TYPED)]
    )
    next = HiddenField()


class CodeForm(Form):
    """The second step of a sign-in, and where to go afterwards."""

    code = StringField(Text("Code"), [InputRequired(Text("Enter the code.")), Length(max=_LONGEST_TYPED)])
    next = HiddenField()


class FirstCodeForm(Form):
    """The first code of an app."""

    code = StringField(Text("Code"), [InputRequired(Text("Enter the code.")), Length(max=_LONGEST_TYPED)])


class AgainForm(Form):
    """That it is still them: the password, and a code where they have a second step, as the operation checks."""

    password = PasswordField(
        Text("Your password"), [InputRequired(Text("Enter your password.")), Length(max=_LONGEST_TYPED)]
    )
    code = StringField(Text("Code"), [Length(max=_LONGEST_TYPED)])


class NewPasskeyForm(AgainForm):
    """What a passkey is called, and that it is still them."""

    name = StringField(Text("Name"), [InputRequired(Text("Give it a name.")), Length(max=_LONGEST_TYPED)])


class PasskeyForm(Form):
    """What a device has answered, as JSON; the page's script fills it in."""

    answer = HiddenField(validators=[Length(max=20_000)])
    next = HiddenField()


class RegisterForm(Form):
    """What a new person tells."""

    name = StringField(Text("Your name"), [InputRequired(Text("Enter your name.")), Length(max=_LONGEST_TYPED)])
    email = EmailField(Text("E-mail"), [InputRequired(Text("Enter your e-mail address.")), Length(max=_LONGEST_TYPED)])
    password = PasswordField(Text("Password"), [InputRequired(Text("Choose a password.")), Length(max=_LONGEST_TYPED)])
    next = HiddenField()


class ResetForm(Form):
    """Whose password is forgotten."""

    email = EmailField(Text("E-mail"), [InputRequired(Text("Enter your e-mail address.")), Length(max=_LONGEST_TYPED)])


class NewPasswordForm(Form):
    """A new password, without the old one."""

    password = PasswordField(
        Text("New password"), [InputRequired(Text("Choose a new password.")), Length(max=_LONGEST_TYPED)]
    )


class PasswordForm(Form):
    """A change of password."""

    old = PasswordField(
        Text("Current password"), [InputRequired(Text("Enter your current password.")), Length(max=_LONGEST_TYPED)]
    )
    password = PasswordField(
        Text("New password"), [InputRequired(Text("Choose a new password.")), Length(max=_LONGEST_TYPED)]
    )


class EmailForm(Form):
    """Another e-mail address, and the password once more, with a code where they sign in in two steps."""

    email = EmailField(
        Text("New e-mail address"), [InputRequired(Text("Enter your e-mail address.")), Length(max=_LONGEST_TYPED)]
    )
    password = PasswordField(
        Text("Your password"), [InputRequired(Text("Enter your password.")), Length(max=_LONGEST_TYPED)]
    )
    code = StringField(Text("Code"), [Length(max=_LONGEST_TYPED)])


class ShopForm(Form):
    """What a new shop shows."""

    name = StringField(Text("Name of the shop"), [InputRequired(Text("Name your shop.")), Length(max=_LONGEST_TYPED)])
    city = StringField(Text("City"), [InputRequired(Text("Enter the city you send from.")), Length(max=_LONGEST_TYPED)])
    country = countries.CountryField(Text("Country"), [InputRequired(Text("Choose a country."))])
    about = TextAreaField(Text("About the shop"), [InputRequired(Text("Tell buyers what you sell."))])
    delivery_policy = TextAreaField(Text("Delivery"), [InputRequired(Text("Tell buyers how you send."))])
    returns_policy = TextAreaField(Text("Returns"), [InputRequired(Text("Tell buyers how they can send things back."))])
