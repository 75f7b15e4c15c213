"""Forms about people and organisations."""

from __future__ import annotations

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.text import tidy
from portal.organisations.models import Membership, Organisation


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth ships no types
    """Sign-up by name, e-mail and password."""

    field_order = ("name", "email", "password1", "password2")
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("Shown beside what you propose and decide."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """The name without invisible characters and doubled blanks."""
        name = " ".join(tidy(str(self.cleaned_data["name"])).split())
        if not name:
            raise forms.ValidationError(_("Give your name."))
        return name


class OrganisationForm(forms.Form):
    """A new organisation. The rules are in the service; the form only asks."""

    kind = forms.ChoiceField(label=_("What kind of organisation is it?"), choices=Organisation.Kind.choices)
    name = forms.CharField(
        label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    country = forms.CharField(
        label=_("Country"),
        max_length=2,
        required=False,
        help_text=_("Two letters, such as PL."),
        widget=forms.TextInput(attrs={"autocomplete": "country"}),
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)


class InvitationForm(RoleForm):
    """Whom to invite, and as what."""

    field_order = ("email", "role")
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role.choices,
        initial=Membership.Role.READER,
        help_text=_("Readers look, editors write in its name, administrators also decide who belongs to it."),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Of the account that may accept. We send no mail: you get a link to pass on."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
