from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest

from portal.common.admin import LookOnlyAdmin
from portal.common.errors import DomainError
from portal.organisations.models import AuditEvent, Invitation, Membership, MembershipInvitation, Organisation, User
from portal.organisations.services import RIGHTS, audit, correct_organisation, set_rights


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Who belongs to an organisation. Its administrators decide that on their page; here one looks."""

    model = Membership
    extra = 0
    can_delete = False
    fields = ["user", "role", "created_at"]
    readonly_fields = ["user", "role", "created_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """People. Passwords are set by themselves, through the reset page. What gives power is audited."""

    list_display = ["email", "name", "is_curator", "is_staff", "is_superuser", "is_active", "date_joined"]
    list_filter = ["is_curator", "is_staff", "is_superuser", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", *RIGHTS, "date_joined", "last_login"]
    readonly_fields = ["email", "date_joined", "last_login"]

    def has_add_permission(self, request: object) -> bool:
        """People sign up."""
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """What they did keeps their name; an account is made inactive instead."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Rights by their service; what else was changed as it is."""
        rights = {name: form.cleaned_data[name] for name in form.changed_data if name in RIGHTS}
        obj.save(update_fields=[name for name in form.changed_data if name not in RIGHTS])
        set_rights(by=cast(User, request.user), user=obj, **rights)


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Organisations. They are brought in by their people and confirmed on their own page, where it is noted who did."""

    list_display = ["name", "kind", "country", "confirmed_at", "confirmed_by"]
    list_filter = ["kind"]
    list_select_related = ["confirmed_by"]
    search_fields = ["name"]
    fields = ["name", "kind", "country", "website", "confirmed_at", "confirmed_by"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = [MembershipInline]

    def has_add_permission(self, request: object) -> bool:
        """Who adds one becomes its administrator, on its page."""
        return False

    def has_delete_permission(self, request: object, obj: Organisation | None = None) -> bool:
        """What is confirmed stays: proposals and the audit trail name it."""
        return obj is None or obj.confirmed_at is None

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> list[str]:
        """The kind too once it is confirmed: what was confirmed is what it may do."""
        return ["confirmed_at", "confirmed_by", *(["kind"] if obj and obj.confirmed_at else [])]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No deletion of many at once: each leaves a line in the audit trail."""
        return {}

    def save_model(self, request: HttpRequest, obj: Organisation, form: ModelForm[Organisation], change: bool) -> None:
        """By the service, which audits; a refusal is told."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            correct_organisation(by=cast(User, request.user), organisation=obj, **changes)
        except DomainError as error:
            messages.error(request, error.message)

    def delete_model(self, request: HttpRequest, obj: Organisation) -> None:
        """With a line in the audit trail."""
        audit(
            by=cast(User, request.user),
            action="organisation.deleted",
            subject_kind="organisation",
            subject_id=obj.pk,
            name=obj.name,
            kind=obj.kind,
        )
        obj.delete()


@admin.register(AuditEvent)
class AuditEventAdmin(LookOnlyAdmin):
    """The audit trail."""

    list_display = ["at", "by", "action", "subject_kind", "subject_id"]
    list_filter = ["action"]
    list_select_related = ["by"]


@admin.register(Invitation)
class InvitationAdmin(LookOnlyAdmin):
    """Invitations of the first curator; of their secrets only hashes are kept, and these are not shown."""

    list_display = ["created_at", "expires_at", "used_at", "used_by"]
    fields = ["created_at", "expires_at", "used_at", "used_by"]
    list_select_related = ["used_by"]


@admin.register(MembershipInvitation)
class MembershipInvitationAdmin(LookOnlyAdmin):
    """Invitations into organisations; hashes are not shown."""

    list_display = ["organisation", "email", "role", "invited_by", "created_at", "accepted_at", "ended_at"]
    fields = ["organisation", "email", "role", "invited_by", "created_at", "expires_at", "accepted_at", "ended_at"]
    list_select_related = ["organisation", "invited_by"]
