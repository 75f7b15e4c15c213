"""The words of coded fields, looked up once."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import models


class Labelled(models.Model):
    """A model whose `get_…_display` finds its word in a table that is made once.

    Django's own hashes every choice with its translation at each call, which was a fifth of a substance's page.
    """

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> str:
        value = getattr(self, field.attname)
        return str(_words_of(field).get(value, value or ""))


@cache
def _words_of(field: models.Field[Any, Any]) -> dict[Any, Any]:
    """The label of each stored value, translated only when it is written."""
    return dict(field.flatchoices)
