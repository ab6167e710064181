"""What people type about themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from allauth.account.forms import (
    BaseConfirmCodeForm,
    ConfirmEmailVerificationCodeForm,
    LoginForm,
    RequestLoginCodeForm,
)
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.widgets import RegionalPhoneNumberWidget

from volunteers import addresses, consenting, guessing, papers, signing_up
from volunteers.lines import LineField
from volunteers.models import District, Interest, SpokenLanguage, User, Volunteer

ONCE = {"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"}
FIGURES = {**ONCE, "inputmode": "numeric"}


class AddressField(forms.EmailField):
    """Somebody's own e-mail address."""

    default_error_messages = {"invalid": _("Write a whole address, such as name@example.org.")}
    widget = forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})


class CharterField(forms.BooleanField):
    """The charter's box; components/field.html shows where to read it, after its words."""

    @property
    def read_url(self) -> str:
        """In the language of whoever reads the form; "" when there is no charter to read."""
        return papers.address_of(papers.Paper.CHARTER)


class AgreementForm(forms.Form):
    """What nobody takes part without, never ticked beforehand; only what is still ``needed`` is asked."""

    charter = CharterField(
        label=_("I have read the volunteers' charter and I agree with it"),
        error_messages={"required": _("To take part, you need to agree with the charter.")},
    )
    adult = forms.BooleanField(
        label=_("I am 18 or over"), error_messages={"required": _("You need to be 18 or over to take part.")}
    )

    def __init__(self, *args: Any, needed: Iterable[str] = consenting.NEEDED, **options: Any) -> None:
        super().__init__(*args, **options)
        for purpose in set(consenting.NEEDED) - set(needed):
            del self.fields[purpose]


class SignUpForm(AgreementForm):
    """Becoming a volunteer: two fields and two boxes."""

    email = AddressField(label=_("Your e-mail address"), max_length=254, help_text=_("We send you a code to check it."))
    first_name = LineField(
        label=_("Your first name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    field_order = ("email", "first_name", "charter", "adult")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CodeRequestForm(RequestLoginCodeForm):
    """Signing in: only the address."""

    email = AddressField(label=_("Your e-mail address"), max_length=254)

    refused_for = ""  # the address of which too many codes were asked

    def clean_email(self) -> str:
        email = self.cleaned_data["email"] = str(self.cleaned_data["email"]).lower()
        try:
            return str(super().clean_email())
        except forms.ValidationError as error:  # allauth's only one: it speaks of failed attempts
            self.refused_for = email
            raise forms.ValidationError(signing_up.SENT_ALREADY) from error


class PasswordSignInForm(LoginForm):
    """Signing in by password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Your e-mail address")
        self.fields["password"].help_text = ""
        self.fields["password"].required = True
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class CodeForm(BaseConfirmCodeForm):
    """A code that came by mail. Each try is counted before it is looked at (volunteers.guessing)."""

    code = forms.CharField(
        label=_("The code"),
        max_length=20,
        widget=forms.TextInput(attrs=FIGURES | {"autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.guesses_key: str = kwargs.pop("guesses_key")
        self.exhausted = False
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        if not guessing.take_guess(self.guesses_key):
            self.exhausted = True
            raise forms.ValidationError(_("This code was tried too often. Ask for a new one."))
        try:
            return str(super().clean_code())
        except forms.ValidationError as error:
            wrong = _("This is not the code we sent. Check the last message you received.")
            raise forms.ValidationError(wrong) from error


class EmailCodeForm(CodeForm, ConfirmEmailVerificationCodeForm):
    """The code that proves a new address of an account."""


class CountedFactor:
    """Counts the guesses at a second factor before they are looked at."""

    def clean_code(self) -> str:
        user: User = self.user  # type: ignore[attr-defined]
        if not guessing.take_guess(guessing.key_of_factor(user), limit=guessing.FACTOR_GUESSES):
            raise forms.ValidationError(_("Too many tries. Wait five minutes."))
        return str(super().clean_code())  # type: ignore[misc]


class FactorForm(CountedFactor, AuthenticateForm):
    """The second factor, at sign-in: a code of the app, or a recovery code."""

    code = forms.CharField(label=_("The code"), widget=forms.TextInput(attrs=ONCE))


class FactorAgainForm(CountedFactor, ReauthenticateForm):
    """The second factor, asked again before something serious."""

    code = forms.CharField(label=_("The code"), widget=forms.TextInput(attrs=ONCE))


class NewAppForm(ActivateTOTPForm):
    """A new authenticator app, proved by its first code."""

    code = forms.CharField(label=_("The code"), widget=forms.TextInput(attrs=FIGURES))


class PasskeyForm(AddWebAuthnForm):
    """A new passkey; unless one says otherwise it signs in by itself."""

    name = forms.CharField(
        label=_("A name to know it by"),
        required=False,
        max_length=60,
        help_text=_("Such as: my phone. You may leave it empty."),
    )
    passwordless = forms.BooleanField(
        label=_("It signs me in by itself"),
        required=False,
        initial=True,
        help_text=_("Otherwise it only serves as a second step, after the code."),
    )


class RowsField(forms.ModelMultipleChoiceField):
    """Rows ticked in a list. What is no row's key is refused before SQLite is asked for a number it cannot hold."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if not addresses.keys_in([str(key)]):
                words = self.error_messages["invalid_choice"]
                raise forms.ValidationError(words, code="invalid_choice", params={"value": key})
        return super().clean(value)


class ProfileForm(forms.Form):
    """What a volunteer tells about themselves; everything but the first name may stay empty."""

    first_name = LineField(
        label=_("First name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = LineField(
        label=_("Last name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    phone = PhoneNumberField(
        label=_("Telephone"),
        required=False,
        help_text=_("For an organiser to reach you on the day itself. Nobody else sees it."),
        widget=RegionalPhoneNumberWidget(
            region=settings.PHONENUMBER_DEFAULT_REGION, attrs={"autocomplete": "tel", "inputmode": "tel"}
        ),
    )
    language = forms.ChoiceField(
        label=_("Language of our messages"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    districts = RowsField(District.objects.all(), label=_("Districts where you would like to act"), required=False)
    interests = RowsField(Interest.objects.all(), label=_("What you would like to act on"), required=False)
    availability = forms.MultipleChoiceField(
        label=_("When you have time"),
        choices=Volunteer.Availability.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = RowsField(SpokenLanguage.objects.all(), label=_("Languages you speak"), required=False)
    mobility = forms.ChoiceField(
        label=_("Getting about"),
        choices=[("", _("I would rather not say")), *Volunteer.Mobility.choices],
        required=False,
        help_text=_("So that we give you a place that suits you."),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Now, since it is by the names in the reader's language.
        cast("RowsField", self.fields["languages"]).queryset = SpokenLanguage.objects.order_by("name")


class DeletionForm(forms.Form):
    """Typing one's own address, so that nothing is deleted by mistake."""

    email = AddressField(
        label=_("Type your e-mail address to confirm"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        if self.cleaned_data["email"].lower() != self.user.email:
            raise forms.ValidationError(_("This is not the address of your account."))
        return self.user.email
