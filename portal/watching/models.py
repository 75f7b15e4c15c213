"""What changed, told to those who watch. The rooms write events; feeds, mail and webhooks read them."""

from __future__ import annotations

import uuid

from django.db import models

from portal.organisations.models import Organisation
from portal.watching.querysets import EventQuerySet


class Event(models.Model):
    """One change, as a row: a flag published, a list released, an alternative withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    occurred_on = models.DateField(help_text="The day the change is about, such as the day of an entry.")
    recorded_at = models.DateTimeField(auto_now_add=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    # What else it belongs to, such as list:reach-candidate-list: whoever watches that is told, too.
    topic = models.CharField(max_length=120, blank=True)
    # Told once under this key, however often the work that tells it is done; null where nothing tells it again.
    once = models.CharField(max_length=200, null=True, editable=False)
    details = models.JSONField(default=dict)
    # Null: public. Else only members of this organisation see it.
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="event_by_subject"),
            models.Index(fields=["-recorded_at"], name="event_by_age"),
            models.Index(fields=["topic", "-recorded_at"], name="event_by_topic"),
        ]
        constraints = [models.UniqueConstraint(fields=["once"], name="event_is_told_once_under_its_key")]

    def __str__(self) -> str:
        return f"{self.occurred_on} {self.kind} {self.subject_kind} {self.subject_id}"
