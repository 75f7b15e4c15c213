"""People, the organisations they act for, and what they may do there."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.organisations.querysets import MembershipInvitationQuerySet, OrganisationQuerySet


class UserManager(BaseUserManager["User"]):
    """Makes people by e-mail address; there are no user names."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """A person who may sign in with `email`; without a password until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """A curator who may also use the administration pages, as `manage.py createsuperuser` makes one; audited."""
        rights: dict[str, object] = {"is_curator": True, "is_staff": True, "is_superuser": True}
        with transaction.atomic(using=self._db):
            user = self.create_user(email, password, **fields | rights)
            AuditEvent.objects.create(
                by=None,
                action="rights.changed",
                subject_kind="user",
                subject_id=str(user.pk),
                details={name: [False, True] for name in rights} | {"way": "command"},
            )
        return user


class User(AbstractUser):
    """A person with an account."""

    username = None  # type: ignore[assignment]  # AbstractUser's field is taken away; people sign in by e-mail
    first_name = None  # type: ignore[assignment]  # one display name instead: not everybody has two
    last_name = None  # type: ignore[assignment]
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_curator = models.BooleanField(
        _("curator"), default=False, help_text=_("Judges proposals, never their own, and confirms organisations.")
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]  # replaces AbstractUser's, which needs user names

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique_whatever_the_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]


class Organisation(models.Model):
    """A company, NGO, authority … that people act for."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        NGO = "ngo", _("NGO")
        INVESTOR = "investor", _("Investor")
        REGULATOR = "regulator", _("Regulator")
        ACADEMIA = "academia", _("Academia")
        SUPPLIER = "supplier", _("Supplier")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=200, unique=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166-1, two letters"))
    website = models.URLField(_("website"), blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text=_("When a curator confirmed who it is."))
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(User, through="Membership", related_name="organisations")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_is_known",
                condition=models.Q(kind__in=["company", "ngo", "investor", "regulator", "academia", "supplier"]),
            ),
            models.CheckConstraint(
                name="organisation_is_confirmed_by_somebody",
                condition=models.Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's part in one organisation."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Administrator")
        EDITOR = "editor", _("Editor")
        READER = "reader", _("Reader")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.READER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], name="membership_is_one_per_person_and_organisation"
            ),
            models.CheckConstraint(
                name="membership_role_is_known", condition=models.Q(role__in=["admin", "editor", "reader"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.organisation}"


class AuditEvent(models.Model):
    """Something a person did that others may need to know of later. Rows are only ever added."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_kind} {self.subject_id}"


class Invitation(models.Model):
    """A one-time link that makes a curator; only its hash is kept."""

    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_is_used_by_somebody",
                condition=models.Q(used_at__isnull=True, used_by__isnull=True)
                | models.Q(used_at__isnull=False, used_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.created_at:%Y-%m-%d}"


class MembershipInvitation(models.Model):
    """A one-time link that lets the holder of an e-mail address join an organisation; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"), help_text=_("In lower case; only this account can accept."))
    role = models.CharField(_("role"), max_length=8, choices=Membership.Role)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text=_("When it was revoked or replaced by a newer one."))

    objects = MembershipInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="membership_invitation_role_is_known",
                condition=models.Q(role__in=["admin", "editor", "reader"]),
            ),
            models.CheckConstraint(
                name="membership_invitation_is_accepted_by_somebody",
                condition=models.Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="membership_invitation_is_accepted_or_ended_not_both",
                condition=models.Q(accepted_at__isnull=True) | models.Q(ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at__isnull=True, ended_at__isnull=True),
                name="membership_invitation_is_open_once_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation to {self.organisation}"


class RequestKey(models.Model):
    """That somebody sent a request under a key of their own, and what it made: sent again, it makes nothing new.

    Kept for a day. Key and body are kept as hashes; the body's is made with the key, which nobody else knows, so that
    it tells nothing of what was sent.
    """

    key_sha256 = models.CharField(max_length=64, unique=True, help_text=_("Of who sent it and the key they gave."))
    body_sha256 = models.CharField(max_length=64, help_text=_("Of the key and what was sent."))
    made = models.CharField(max_length=80, help_text=_("The id of what the request made."))
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.made
