"""Substances, what is known of them, and lists, to look at: facts come from files, imports and reviews."""

from __future__ import annotations

from django.contrib import admin

from portal.common.admin import LookOnlyAdmin
from substances.models import (
    CatalogueLoad,
    ChemicalList,
    ConcernFlag,
    Entry,
    GroupMembership,
    HazardClassification,
    Identifier,
    ListMembership,
    Name,
    Release,
    Source,
    Structure,
    Substance,
    SubstanceGroup,
)


class _LookOnlyInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Rows of another table, to look at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_change_permission(self, *_args: object) -> bool:
        return False


class _Identifiers(_LookOnlyInline):
    model = Identifier
    fields = ["scheme", "value", "as_printed", "source", "checked", "locator"]


class _Names(_LookOnlyInline):
    model = Name
    fields = ["language", "kind", "text", "source", "checked"]


class _Structures(_LookOnlyInline):
    model = Structure
    fields = ["smiles", "inchikey", "formula", "source", "checked", "is_current"]


class _Flags(_LookOnlyInline):
    model = ConcernFlag
    fields = ["concern", "strength", "authority", "legal_basis", "since", "until", "source", "checked"]


class _Classifications(_LookOnlyInline):
    model = HazardClassification
    fields = ["as_printed", "valid_from", "valid_until", "source", "checked"]


class _Memberships(_LookOnlyInline):
    model = ListMembership
    fields = ["chemical_list", "release", "how", "reason", "valid_from", "resolved_by", "checked"]


@admin.register(Substance)
class SubstanceAdmin(LookOnlyAdmin):
    """A substance with everything claimed of it."""

    list_display = ["name", "slug", "kind", "revision", "merged_into"]
    list_filter = ["kind"]
    list_select_related = ["merged_into"]
    search_fields = ["name", "slug", "identifiers__value"]
    inlines = [_Identifiers, _Names, _Structures, _Flags, _Classifications, _Memberships]


@admin.register(Structure)
class StructureAdmin(LookOnlyAdmin):
    """Structures, the odd ones to be found by what is odd."""

    list_display = ["substance", "formula", "inchikey", "parent_reason", "standardiser", "is_current", "checked"]
    list_filter = ["checked", "parent_reason", "standardiser"]
    list_select_related = ["substance"]
    search_fields = ["inchikey", "substance__name"]
    exclude = ["svg"]


@admin.register(ConcernFlag)
class ConcernFlagAdmin(LookOnlyAdmin):
    """Concern flags of all substances."""

    list_display = ["substance", "concern", "strength", "authority", "since", "until", "source", "checked"]
    list_filter = ["concern", "authority", "checked"]
    list_select_related = ["substance", "source"]
    search_fields = ["substance__name"]


@admin.register(SubstanceGroup)
class SubstanceGroupAdmin(LookOnlyAdmin):
    """Structural groups and their rules."""

    list_display = ["name", "slug", "rule_version", "concern_public_since", "source", "checked"]
    list_select_related = ["source"]
    search_fields = ["name", "slug"]


@admin.register(GroupMembership)
class GroupMembershipAdmin(LookOnlyAdmin):
    """Who belongs to a group, and how that is known."""

    list_display = ["group", "substance", "how", "rule_version", "checked"]
    list_filter = ["how", "group"]
    list_select_related = ["group", "substance"]


@admin.register(Source)
class SourceAdmin(LookOnlyAdmin):
    """Where facts come from."""

    list_display = ["key", "title", "publisher", "kind", "year"]
    list_filter = ["kind"]
    search_fields = ["key", "title"]


@admin.register(ChemicalList)
class ChemicalListAdmin(LookOnlyAdmin):
    """Lists and the release each answers from."""

    list_display = ["name", "slug", "effect", "jurisdiction", "current_release"]
    list_filter = ["effect", "jurisdiction"]
    list_select_related = ["current_release__chemical_list"]


@admin.register(Release)
class ReleaseAdmin(LookOnlyAdmin):
    """Releases, also those still being imported, with what was odd about them."""

    list_display = ["chemical_list", "published_on", "state", "rows", "entries_count", "importer", "released_at"]
    list_filter = ["state", "chemical_list"]
    list_select_related = ["chemical_list"]


@admin.register(Entry)
class EntryAdmin(LookOnlyAdmin):
    """Rows of releases as reported."""

    list_display = ["release", "line", "name", "listed_on", "is_group"]
    list_filter = ["is_group", "release"]
    list_select_related = ["release__chemical_list"]
    search_fields = ["name"]


@admin.register(CatalogueLoad)
class CatalogueLoadAdmin(LookOnlyAdmin):
    """Which state of the starter catalogues is loaded."""

    list_display = ["room", "fingerprint", "loaded_at"]
