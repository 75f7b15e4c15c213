from django.contrib import admin

from portal.common.admin import LookOnlyAdmin
from portal.review.models import Proposal, Step


@admin.register(Proposal)
class ProposalAdmin(LookOnlyAdmin):
    """Proposals; they are decided on their own pages, where four eyes are kept."""

    list_display = ["kind", "state", "proposed_by", "organisation", "submitted_at", "decided_by"]
    list_filter = ["state", "kind"]
    list_select_related = ["proposed_by", "organisation", "decided_by"]


@admin.register(Step)
class StepAdmin(LookOnlyAdmin):
    """Each step of each proposal."""

    list_display = ["at", "proposal", "by", "from_state", "to_state"]
    list_select_related = ["proposal", "by"]
