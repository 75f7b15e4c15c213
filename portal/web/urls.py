"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path, register_converter

from portal.common.tables import FileFormat
from portal.companies import web as companies
from portal.web import groups, home, review, substances
from substances.web import (
    feeds,
    findings,
    flags,
    list_queue,
    list_uploads,
    lists,
    releases,
    search_form,
    searches,
    structure_uploads,
    succession,
    timeline,
)
from substitution.web import alternatives

register_converter(FileFormat, "form")

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", substances.search, name="search"),
    path("search/structure/", search_form.structure_search, name="structure-search"),
    path("search/structure/<uuid:pk>/", searches.search_result, name="structure-search-result"),
    path("search/structure/<uuid:pk>/cancel/", searches.cancel_search, name="structure-search-cancel"),
    path("substances/", substances.substances, name="substances"),
    path("substances/download.<form:form>", substances.substances_file, name="substances-file"),
    path("substances/<uuid:pk>/", substances.substance, name="substance"),
    path("substances/<uuid:pk>/timeline/", timeline.timeline, name="substance-timeline"),
    path("substances/<uuid:pk>/timeline.csv", timeline.timeline_csv, name="substance-timeline-csv"),
    path("substances/<uuid:pk>/timeline.json", timeline.timeline_json, name="substance-timeline-json"),
    path("substances/<uuid:pk>/flag/", flags.propose, name="propose-flag"),
    path("substances/<uuid:pk>/merge/", succession.merge, name="substance-merge"),
    path("substances/<uuid:pk>/split/", succession.split, name="substance-split"),
    path("alternatives/", alternatives.functions, name="alternatives"),
    path("alternatives/<slug:slug>/", alternatives.function, name="function"),
    path("companies/", companies.companies, name="companies"),
    path("companies/<slug:slug>/", companies.company, name="company"),
    path("lists/", lists.lists, name="lists"),
    path("lists/<slug:slug>/", lists.chemical_list, name="list"),
    path("lists/<slug:slug>/download.<form:form>", lists.list_file, name="list-file"),
    path("lists/<slug:slug>/diff/", releases.list_diff, name="list-diff"),
    path("lists/<slug:slug>/diff/download.<form:form>", releases.diff_file, name="list-diff-file"),
    path("lists/<slug:slug>/releases/<uuid:pk>/", releases.release, name="release"),
    path("groups/", groups.groups, name="groups"),
    path("groups/<slug:slug>/", groups.group, name="group"),
    path("groups/<slug:slug>/members.<form:form>", groups.group_file, name="group-file"),
    path("feeds/changes.atom", feeds.all_changes, name="feed"),
    path("feeds/days.ics", feeds.all_days, name="calendar"),
    path("lists/<slug:slug>/feed.atom", feeds.list_changes, name="list-feed"),
    path("lists/<slug:slug>/days.ics", feeds.list_days, name="list-calendar"),
    path("substances/<uuid:pk>/feed.atom", feeds.substance_changes, name="substance-feed"),
    path("substances/<uuid:pk>/days.ics", feeds.substance_days, name="substance-calendar"),
    path("groups/<slug:slug>/feed.atom", feeds.group_changes, name="group-feed"),
    path("groups/<slug:slug>/days.ics", feeds.group_days, name="group-calendar"),
    path("lists/<slug:slug>/releases/<uuid:pk>/entries.<form:form>", releases.entries_file, name="release-file"),
    path("review/", review.queue, name="review"),
    path("review/lists/", list_queue.queue, name="list-queue"),
    path("review/lists/upload/", list_uploads.upload, name="list-upload"),
    path("review/lists/uploads/<uuid:pk>/", list_uploads.uploaded, name="list-uploaded"),
    path("review/lists/uploads/<uuid:pk>/publish/", list_uploads.publish, name="list-upload-publish"),
    path("review/lists/uploads/<uuid:pk>/drop/", list_uploads.drop, name="list-upload-drop"),
    path("review/structures/upload/", structure_uploads.upload, name="structure-upload"),
    path("review/structures/uploads/<uuid:pk>/", structure_uploads.uploaded, name="structure-uploaded"),
    path("review/structures/uploads/<uuid:pk>/publish/", structure_uploads.publish, name="structure-upload-publish"),
    path("review/structures/uploads/<uuid:pk>/drop/", structure_uploads.drop, name="structure-upload-drop"),
    path("review/lists/releases/<uuid:pk>/", list_queue.waiting_release, name="waiting-release"),
    path("review/lists/members/<int:member>/", list_queue.decide_member, name="open-member"),
    path("review/registry/", findings.findings, name="registry-findings"),
    path("review/registry/<uuid:pk>/propose/", findings.propose, name="registry-propose"),
    path("review/registry/<uuid:pk>/dismiss/", findings.dismiss, name="registry-dismiss"),
    path("review/lists/decisions/<uuid:pk>/revoke/", list_queue.revoke, name="member-decision-revoke"),
    path("review/mine/", review.mine, name="my-proposals"),
    path("review/<uuid:pk>/", review.proposal, name="proposal"),
    path("review/<uuid:pk>/withdraw/", review.withdraw, name="proposal-withdraw"),
    path("method/", home.method, name="method"),
    path("rules/", home.rules, name="rules"),
    path("sources/", home.sources, name="sources"),
    path("design/", home.design, name="design"),
    path("api/", home.api_docs, name="api-docs"),
]
