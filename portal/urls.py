"""Every address of the portal, assembled."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path, register_converter

from portal.api.root import NOTHING, NothingHere
from portal.common.tables import FileFormat
from portal.web import health

# Before the rooms are asked for theirs: addresses of pages and of REST end in a file's format.
register_converter(FileFormat, "form")

handler400 = "portal.web.errors.bad_request"
handler500 = "portal.web.errors.server_error"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include("portal.api.urls")),
    re_path(r"^api/v1/(?P<rest>[\s\S]*)$", NothingHere.as_view(), name=NOTHING),
    path("account/", include("allauth.account.urls")),
    path("organisations/", include("portal.organisations.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("administration/", admin.site.urls),
    path("", include("portal.web.urls")),
]
