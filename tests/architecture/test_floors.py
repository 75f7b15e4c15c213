"""Models keep the floors that import-linter holds for imports: a string reference is an import nobody sees."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field, ForeignObjectRel, Model

from tests.architecture.repository import project


def floors() -> dict[str, int]:
    """Each package of the layers contract with its floor, 0 on the ground."""
    contract = next(c for c in project()["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    rooms = {}
    for floor, layer in enumerate(reversed(contract["layers"])):
        for room in layer.split("|"):
            rooms[room.strip().strip("()")] = floor
    return rooms


def room_of(model: type[Model]) -> str | None:
    """The package of the layers contract that a model lives in, or None for a model of Django or a library."""
    module = model.__module__
    rooms = [room for room in floors() if module == room or module.startswith(f"{room}.")]
    return max(rooms, key=len, default=None)


def relations_across_rooms() -> Iterator[tuple[str, int, int, bool]]:
    """(relation, floor of the model that has it, floor of the model it points to, whether it can be followed back)."""
    by_room = floors()
    for model in apps.get_models(include_auto_created=True):
        room = room_of(model)
        for field in model._meta.get_fields(include_hidden=True):
            if isinstance(field, ForeignObjectRel) or not isinstance(field, Field) or not field.is_relation:
                continue
            target = field.related_model
            there = room_of(target) if isinstance(target, type) else None
            if room and there and room != there:
                yield f"{model.__name__}.{field.name} → {there}", by_room[room], by_room[there], _can_be_followed(field)


def _can_be_followed(field: Field[object, object]) -> bool:
    return not field.remote_field.hidden if field.remote_field else False


def test_a_relation_between_rooms_points_down() -> None:
    assert [name for name, here, there, _ in relations_across_rooms() if there >= here] == []


def test_a_relation_between_rooms_cannot_be_followed_back() -> None:
    assert [name for name, _, _, followed in relations_across_rooms() if followed] == []


def test_the_floors_are_found_at_all() -> None:
    assert any(name.startswith("Replacement") for name, *_ in relations_across_rooms())
