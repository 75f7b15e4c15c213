"""Reads the structural groups of a starter catalogue from YAML, their rules in the form the chemistry room answers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from substances.chemistry.elements import ATOMIC_NUMBER
from substances.services.catalogue_changes import STARTER_CHECKED
from substances.services.catalogue_files import CatalogueError

_TEXTS = ("slug", "name", "definition", "source", "checked")
_OPTIONAL = ("name_pl", "locator", "concern_public_since", "rule", "named_by", "members", "non_members", "note")
_PATTERNS = ("all_of", "any_of", "none_of")
_COUNTS = ("min_counts", "max_counts")
_ELEMENTS = ("elements", "only_elements")
_RANGES = ("element_counts", "mass_percent")
_NESTED = ("chains", "in_one_part", "alternatives", "exempt")
# What authors may write besides the parts of `substances.chemistry.groups.GroupRule`, and which part each becomes.
_SIZES = {
    "min_atoms": "min_heavy_atoms",
    "max_atoms": "max_heavy_atoms",
    "min_heavy_atoms": "min_heavy_atoms",
    "max_heavy_atoms": "max_heavy_atoms",
}
_ELEMENT_PATTERNS = {"elements_any": "all_of", "elements_none": "none_of"}


@dataclasses.dataclass(frozen=True, slots=True)
class GroupText:
    """One group as its author wrote it; `rule` in the form of `substances.chemistry.groups`, None for named members."""

    slug: str
    name: str
    name_pl: str
    definition: str
    concern_public_since: int | None
    source: str
    checked: str
    locator: str
    rule: dict[str, Any] | None
    named_by: tuple[NamedBy, ...]
    members: tuple[str, ...]
    non_members: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class NamedBy:
    """An entry of a list that names the group as such.

    Attributes:
        words: what the entry is called, as printed.
        differs: where its words are not quite the group's, what differs.
    """

    list: str
    locator: str
    words: str
    source: str
    checked: str
    differs: str


class _StrictLoader(yaml.SafeLoader):
    """YAML whose mappings name each key once."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        line = node.start_mark.line + 1
        raise CatalogueError(Path(node.start_mark.name).name, line, "key", str(twice[0]), "is given twice")
    return dict(zip(keys, [loader.construct_object(value, deep=True) for _, value in node.value], strict=True))


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_groups(
    path: Path, *, substances: Collection[str], sources: Collection[str], lists: Collection[str]
) -> list[GroupText]:
    """The groups of `groups.yaml`, in its order.

    Raises:
        CatalogueError: not YAML, an unknown key, a substance, source or list that is not in the catalogue, a group
            given twice, a rule with an unknown part, element or form.
    """
    try:
        with path.open(encoding="utf-8") as file:
            groups = yaml.load(file, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise CatalogueError(path.name, None, "", "", "is missing") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogueError(path.name, None, "", "", f"cannot be read as YAML: {error}") from None
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise CatalogueError(path.name, None, "", "", "should be a list of groups, each with slug, name, definition …")
    seen: set[str] = set()
    texts = []
    for group in groups:
        text = _group(_Reader(path.name, group), substances, sources, lists)
        if text.slug in seen:
            raise CatalogueError(path.name, None, "slug", text.slug, "is given twice")
        seen.add(text.slug)
        texts.append(text)
    return texts


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    """One group of the file, read key by key."""

    file: str
    group: Mapping[str, Any]

    def error(self, key: str, value: object, why: str) -> CatalogueError:
        return CatalogueError(self.file, None, f"group {self.group.get('slug', '?')}, {key}", str(value), why)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.group.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.error(key, value, "should be a text")
        return " ".join(value.split())

    def year(self, key: str) -> int | None:
        value = self.group.get(key)
        if isinstance(value, dt.date):
            return value.year
        if value is not None and (not isinstance(value, int) or not 1800 <= value <= 2100):
            raise self.error(key, value, "should be a year")
        return value

    def texts(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        values = self.group.get(key) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.error(key, values, "should be a list of slugs")
        for value in values:
            if value not in known:
                raise self.error(key, value, "names no substance of the catalogue")
            if values.count(value) > 1:
                raise self.error(key, value, "is given twice")
        return tuple(values)


def _group(reader: _Reader, substances: Collection[str], sources: Collection[str], lists: Collection[str]) -> GroupText:
    for key in reader.group:
        if key not in _TEXTS and key not in _OPTIONAL:
            raise reader.error("key", key, f"is unknown; known are {', '.join((*_TEXTS, *_OPTIONAL))}")
    source, checked = reader.text("source"), reader.text("checked")
    if source not in sources:
        raise reader.error("source", source, "names no source")
    if checked not in STARTER_CHECKED:
        raise reader.error("checked", checked, f"is not one of {', '.join(sorted(STARTER_CHECKED))}")
    members, non_members = reader.texts("members", substances), reader.texts("non_members", substances)
    for slug in members:
        if slug in non_members:
            raise reader.error("members", slug, "is a member and a non-member")
    return GroupText(
        slug=reader.text("slug"),
        name=reader.text("name"),
        name_pl=reader.text("name_pl", ""),
        definition=reader.text("definition"),
        concern_public_since=reader.year("concern_public_since"),
        source=source,
        checked=checked,
        locator=reader.text("locator", ""),
        rule=_rule(reader),
        named_by=_named_by(reader, sources, lists),
        members=members,
        non_members=non_members,
    )


def _named_by(reader: _Reader, sources: Collection[str], lists: Collection[str]) -> tuple[NamedBy, ...]:
    given = reader.group.get("named_by") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise reader.error("named_by", given, "should be a list of entries, each with list, locator, words, source")
    named = []
    for one in given:
        entry = _Reader(reader.file, {"slug": reader.group.get("slug"), **one})
        if unknown := sorted(set(one) - {"list", "locator", "words", "source", "checked", "differs"}):
            raise reader.error("named_by", unknown, "is unknown")
        for key, known in (("list", lists), ("source", sources), ("checked", STARTER_CHECKED)):
            if entry.text(key) not in known:
                raise reader.error(f"named_by, {key}", entry.text(key), f"names no {key}")
        texts = {key: entry.text(key) for key in ("list", "locator", "words", "source", "checked")}
        named.append(NamedBy(**texts, differs=entry.text("differs", "")))
    return tuple(named)


def _rule(reader: _Reader) -> dict[str, Any] | None:
    """The rule in the chemistry room's form; element conditions become patterns."""
    given = reader.group.get("rule")
    if not given:
        return None
    if not isinstance(given, dict):
        raise reader.error("rule", given, "should be a mapping of conditions")
    return _conditions(reader, given) or None


def _conditions(reader: _Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    for part, value in given.items():
        if value is None or value == []:
            continue
        if part in _SIZES and isinstance(value, int) and value >= 0:
            rule[_SIZES[part]] = value
        elif part in (*_PATTERNS, *_ELEMENTS) and _are_texts(value):
            rule.setdefault(part, []).extend(value)
        elif part in _ELEMENT_PATTERNS and _are_texts(value):
            rule.setdefault(_ELEMENT_PATTERNS[part], []).append(_any_element(reader, value))
        elif (part in (*_COUNTS, *_RANGES) and isinstance(value, dict)) or (part == "in_one_part" and value is True):
            rule[part] = value
        elif part in ("chains", "exempt") and _are_mappings(value):
            rule[part] = [dict(one) for one in value]
        elif part == "alternatives" and _are_mappings(value):
            rule[part] = [_conditions(reader, one) for one in value]
        else:
            known = (*_PATTERNS, *_COUNTS, *_RANGES, *_ELEMENTS, *_ELEMENT_PATTERNS, *_SIZES, *_NESTED)
            raise reader.error(f"rule, {part}", value, f"cannot be read; conditions are {', '.join(known)}")
    for symbol in [symbol for part in (*_ELEMENTS, *_RANGES) for symbol in rule.get(part, [])]:
        if symbol not in ATOMIC_NUMBER:
            raise reader.error("rule", symbol, "is not the symbol of an element")
    return rule


def _are_mappings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _any_element(reader: _Reader, symbols: list[str]) -> str:
    """The SMARTS of an atom of one of these elements."""
    for symbol in symbols:
        if symbol not in ATOMIC_NUMBER:
            raise reader.error("rule", symbol, "is not the symbol of an element")
    return "[" + ",".join(f"#{ATOMIC_NUMBER[symbol]}" for symbol in symbols) + "]"
