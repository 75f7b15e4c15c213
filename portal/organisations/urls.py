"""Addresses of people's organisations: who belongs to them, invitations, and what curators confirm."""

from django.urls import URLPattern, path

from portal.organisations.web import invitations, members, organisations

app_name = "organisations"
urlpatterns: list[URLPattern] = [
    path("mine/", organisations.mine, name="mine"),
    path("new/", organisations.new, name="new"),
    path("waiting/", organisations.waiting, name="waiting"),
    path("<uuid:pk>/confirm/", organisations.confirm, name="confirm"),
    path("<uuid:pk>/members/", members.members, name="members"),
    path("<uuid:pk>/members/<uuid:user>/role/", members.change_role, name="change-role"),
    path("<uuid:pk>/members/<uuid:user>/remove/", members.remove, name="remove-member"),
    path("<uuid:pk>/leave/", members.leave, name="leave"),
    path("<uuid:pk>/invitations/", members.invite, name="invite"),
    path("<uuid:pk>/invitations/<uuid:invitation>/revoke/", members.revoke, name="revoke-invitation"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("join/<str:token>/", invitations.join, name="join"),
]
