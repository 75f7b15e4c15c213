"""The words of coded fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation

from portal.common.labels import Labelled

FIELDS: list[tuple[type[Labelled], models.Field[Any, Any]]] = [
    (model, field)
    for model in apps.get_models()
    if issubclass(model, Labelled)
    for field in model._meta.concrete_fields
    if field.choices
]


def test_substances_and_what_is_said_of_them_know_their_words() -> None:
    assert len(FIELDS) >= 20


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize(("model", "field"), FIELDS, ids=str)
def test_a_coded_field_says_its_word_in_the_readers_language(
    model: type[Labelled], field: models.Field[Any, Any], language: str
) -> None:
    with translation.override(language):
        for value in [value for value, _word in field.flatchoices] + ["of no list"]:
            row = model(**{field.attname: value})
            assert getattr(row, f"get_{field.name}_display")() == str(dict(field.flatchoices).get(value, value))


def test_an_empty_code_has_no_word() -> None:
    model, field = FIELDS[0]
    assert getattr(model(**{field.attname: None}), f"get_{field.name}_display")() == ""
