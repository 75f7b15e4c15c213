"""Addresses of the REST API, version 1."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from portal.api import jobs, root, substances
from portal.companies.api import views as companies
from substances.api import (
    batches,
    events,
    explanations,
    facts,
    findings,
    groups,
    health,
    libraries,
    list_uploads,
    lists,
    producers,
    releases,
    rules,
    search_results,
    searches,
    structure_uploads,
    timeline,
)
from substitution.api import alternatives

app_name = "api"
urlpatterns = [
    path("", root.RootView.as_view(), name="root"),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path("substances/", substances.SubstanceList.as_view(), name="substances"),
    path("substances/<uuid:pk>/", substances.SubstanceView.as_view(), name="substance"),
    path("substances/<uuid:pk>/exposure/", health.ExposureView.as_view(), name="substance-exposure"),
    path("substances/<uuid:pk>/structure.svg", substances.StructureDrawing.as_view(), name="substance-drawing"),
    path("substances/<uuid:pk>/timeline/", timeline.SubstanceTimelineView.as_view(), name="substance-timeline"),
    path(
        "substances/<uuid:pk>/like/<uuid:other>/", explanations.SubstancesAlikeView.as_view(), name="substances-alike"
    ),
    path("substances/<uuid:pk>/memberships/", facts.MembershipsView.as_view(), name="substance-memberships"),
    path(
        "substances/<uuid:pk>/classifications/", facts.ClassificationsView.as_view(), name="substance-classifications"
    ),
    path("substances/<uuid:pk>/flags/", facts.FlagsView.as_view(), name="substance-flags"),
    path("substances/<uuid:pk>/producers/", producers.SubstanceProducersView.as_view(), name="substance-producers"),
    path("lists/", lists.ListsView.as_view(), name="lists"),
    path("lists/<slug:slug>/", lists.ListView.as_view(), name="list"),
    path("lists/<slug:slug>/substances/", lists.ListSubstancesView.as_view(), name="list-substances"),
    path("lists/<slug:slug>/releases/", releases.ListReleasesView.as_view(), name="list-releases"),
    path("lists/<slug:slug>/diff/", releases.ListDiffView.as_view(), name="list-diff"),
    path("events/", events.EventsView.as_view(), name="events"),
    path("rules/", rules.RulesView.as_view(), name="rules"),
    path("groups/", lists.GroupsView.as_view(), name="groups"),
    path("groups/<slug:slug>/", groups.GroupView.as_view(), name="group"),
    path("groups/<slug:slug>/members/", groups.GroupMembersView.as_view(), name="group-members"),
    path("groups/<slug:slug>/producers/", producers.GroupProducersView.as_view(), name="group-producers"),
    path("alternatives/", alternatives.AlternativesView.as_view(), name="alternatives"),
    path("alternatives/<uuid:pk>/", alternatives.AlternativeView.as_view(), name="alternative"),
    path("searches/", searches.SearchesView.as_view(), name="searches"),
    path("searches/<uuid:pk>/", searches.SearchView.as_view(), name="search"),
    path("searches/<uuid:pk>/results/", search_results.SearchResultsView.as_view(), name="search-results"),
    path("searches/<uuid:pk>/results.<form:form>", search_results.SearchFileView.as_view(), name="search-file"),
    path("searches/<uuid:pk>/changes/", search_results.SearchChangesView.as_view(), name="search-changes"),
    path("searches/<uuid:pk>/repeat/", searches.SearchRepeatView.as_view(), name="search-repeat"),
    path("libraries/", libraries.LibrariesView.as_view(), name="libraries"),
    path("libraries/<slug:slug>/", libraries.LibraryView.as_view(), name="library"),
    path(
        "searches/<uuid:pk>/results/<int:rank>/explanation/",
        explanations.HitExplanationView.as_view(),
        name="search-hit-explanation",
    ),
    path("batches/", batches.BatchesView.as_view(), name="batches"),
    path("batches/<uuid:pk>/", batches.BatchView.as_view(), name="batch"),
    path("batches/<uuid:pk>/results/", batches.BatchResultsView.as_view(), name="batch-results"),
    path("list-uploads/", list_uploads.ListUploadsView.as_view(), name="list-uploads"),
    path("list-uploads/<uuid:pk>/", list_uploads.ListUploadView.as_view(), name="list-upload"),
    path("list-uploads/<uuid:pk>/publish/", list_uploads.ListUploadPublishView.as_view(), name="list-upload-publish"),
    path("structure-uploads/", structure_uploads.StructureUploadsView.as_view(), name="structure-uploads"),
    path("structure-uploads/<uuid:pk>/", structure_uploads.StructureUploadView.as_view(), name="structure-upload"),
    path(
        "structure-uploads/<uuid:pk>/publish/",
        structure_uploads.StructureUploadPublishView.as_view(),
        name="structure-upload-publish",
    ),
    path("review/registry/", findings.FindingsView.as_view(), name="registry-findings"),
    path("jobs/", jobs.JobsView.as_view(), name="jobs"),
    path("jobs/<uuid:pk>/", jobs.JobView.as_view(), name="job"),
    path("companies/", companies.CompaniesView.as_view(), name="companies"),
    path("companies/<slug:slug>/", companies.CompanyView.as_view(), name="company"),
    path("companies/<slug:slug>/profile/", companies.CompanyProfileView.as_view(), name="company-profile"),
]
