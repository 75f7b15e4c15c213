from django.contrib import admin

from portal.common.admin import LookOnlyAdmin
from portal.organisations.models import AuditEvent, Invitation, Membership, Organisation, User


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Who belongs to an organisation."""

    model = Membership
    extra = 0
    autocomplete_fields = ["user"]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """People. Passwords are set by themselves, through the reset page."""

    list_display = ["email", "name", "is_curator", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_curator", "is_staff", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "is_curator", "is_staff", "is_active", "date_joined", "last_login"]
    readonly_fields = ["email", "date_joined", "last_login"]

    def has_add_permission(self, request: object) -> bool:
        """People sign up."""
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """What they did keeps their name; an account is made inactive instead."""
        return False


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Organisations; they are confirmed on their own page, where it is noted who did."""

    list_display = ["name", "kind", "country", "confirmed_at", "confirmed_by"]
    list_filter = ["kind"]
    list_select_related = ["confirmed_by"]
    search_fields = ["name"]
    fields = ["name", "kind", "country", "website", "confirmed_at", "confirmed_by"]
    readonly_fields = ["confirmed_at", "confirmed_by"]
    inlines = [MembershipInline]


@admin.register(AuditEvent)
class AuditEventAdmin(LookOnlyAdmin):
    """The audit trail."""

    list_display = ["at", "by", "action", "subject_kind", "subject_id"]
    list_filter = ["action"]
    list_select_related = ["by"]


@admin.register(Invitation)
class InvitationAdmin(LookOnlyAdmin):
    """Invitations; of their secrets only hashes are kept, and these are not shown."""

    list_display = ["created_at", "expires_at", "used_at", "used_by"]
    fields = ["created_at", "expires_at", "used_at", "used_by"]
    list_select_related = ["used_by"]
