"""Addresses of sign-up extras: organisations and the invitation of curators."""

from django.urls import URLPattern, path

from portal.organisations import views

app_name = "organisations"
urlpatterns: list[URLPattern] = [
    path("mine/", views.mine, name="mine"),
    path("new/", views.new, name="new"),
    path("waiting/", views.waiting, name="waiting"),
    path("<uuid:pk>/confirm/", views.confirm, name="confirm"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
