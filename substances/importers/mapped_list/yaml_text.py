"""A mapping file as plain values: YAML that cannot run code, repeat itself or hide a key behind another."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 200_000


class MappingError(ValueError):
    """A mapping that cannot be used; the message begins with the key at fault, such as `columns.cas: …`."""

    def __init__(self, key: str, why: str) -> None:
        self.key, self.why = key, why
        super().__init__(f"{key}: {why}" if key else why)


class _Loader(yaml.SafeLoader):
    """Refuses what plain data never needs: aliases, a key that stands there twice, a character that is not kept."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise MappingError("", "aliases (*name) are not read; write it out")
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and "\0" in node.value:
            raise MappingError("", f"line {node.start_mark.line + 1}: the character \\0 is in no text that can be kept")
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise MappingError(
                    str(key), f"line {key_node.start_mark.line + 1}: a key is a text; put it in quotes if it is one"
                )
            if key in found:
                raise MappingError(key, f"line {key_node.start_mark.line + 1}: the key stands there twice")
            found[key] = self.construct_object(value_node, deep=True)
        return found


def read_yaml(path: Path) -> dict[str, Any]:
    """The one YAML document of a file, a table of keys.

    Raises:
        MappingError: too large, not UTF-8, not YAML, or no table of keys.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise MappingError("", f"the mapping has more than {MAX_BYTES:,} bytes, the most that is read")
    try:
        found = yaml.load(data.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506  # a SafeLoader
    except UnicodeDecodeError as error:
        raise MappingError("", f"the mapping is not UTF-8: byte {error.start + 1}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise MappingError("", f"the mapping is no YAML that is read: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise MappingError("", "the mapping is no table of keys, such as `slug: example`")
    return found


class Section:
    """One table of keys of a mapping; what is asked of it is checked, and told under its full key."""

    def __init__(self, data: object, key: str = "") -> None:
        if not isinstance(data, dict):
            raise MappingError(key, f"{data!r} is no table of keys")
        self.key, self._left = key, dict(data)

    def path(self, name: str) -> str:
        """The full key of one of its keys."""
        return f"{self.key}.{name}" if self.key else name

    def has(self, name: str) -> bool:
        """Whether the key is there and not asked for yet."""
        return name in self._left

    def names(self) -> list[str]:
        """The keys that were not asked for yet, in their order."""
        return list(self._left)

    def value(self, name: str) -> object:
        """Whatever stands there; None where nothing does."""
        return self._left.pop(name, None)

    def text(self, name: str, default: str | None = None, *, most: int = 200) -> str:
        """A text of at most `most` characters, without blanks at its ends; required where there is no default."""
        value = self.value(name)
        if value is None and default is not None:
            return default
        if value is None:
            raise MappingError(self.path(name), "is missing")
        if not isinstance(value, str):
            raise MappingError(self.path(name), f"{value!r} is no text; put it in quotes")
        if not value.strip() and default is None:
            raise MappingError(self.path(name), "is empty")
        if len(value.strip()) > most:
            raise MappingError(self.path(name), f"has {len(value.strip())} characters; {most} is the most")
        return value.strip()

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of several words."""
        value = self.text(name, default)
        if value not in (*choices, default):
            raise MappingError(self.path(name), f"{value!r} is none of {', '.join(choices)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; () where there is none."""
        value = self.value(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise MappingError(self.path(name), f'{value!r} is no list of texts, such as ["a", "b"]')
        return tuple(value)

    def sections(self, name: str) -> tuple[Section, ...]:
        """A list of tables of keys; () where there is none."""
        value = self.value(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not value:
            raise MappingError(self.path(name), f"{value!r} is no list of tables of keys")
        return tuple(Section(one, f"{self.path(name)}[{number}]") for number, one in enumerate(value, 1))

    def flag(self, name: str, *, default: bool) -> bool:
        """Yes or no."""
        value = self.value(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise MappingError(self.path(name), f"{value!r} is neither true nor false")
        return value

    def number(self, name: str, default: int, *, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self.value(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise MappingError(self.path(name), f"{value!r} is no whole number from 1 to {most}")
        return value

    def section(self, name: str, *, required: bool = False) -> Section:
        """A table of keys within; an empty one where there is none."""
        if required and not self.has(name):
            raise MappingError(self.path(name), "is missing")
        value = self.value(name)
        return Section({} if value is None else value, self.path(name))

    def done(self, known: Sequence[str]) -> None:
        """Refuses keys that nobody asked for, and says which may have been meant."""
        for name in self._left:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"; was {near[0]!r} meant?" if near else f"; there are {', '.join(known)}"
            raise MappingError(self.path(name), f"is no key of a mapping{meant}")
