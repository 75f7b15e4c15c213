"""What a mapping says: which list it is, how its file is laid out, and what its reasons mean. See the README."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

from substances.importers.base import About, StatedConcern
from substances.importers.delimited import DELIMITERS
from substances.importers.mapped_list.limits import LimitColumn, limit_columns
from substances.importers.mapped_list.yaml_text import MappingError, Section, read_yaml
from substances.importers.registry import IMPORTERS
from substances.importers.text_encoding import ENCODINGS
from substances.vocabulary import Authority, Concern, ListEffect, Strength

IDENTITY = ("name", "cas", "ec", "index", "dtxsid", "inchikey", "smiles", "inchi")
COLUMNS = (*IDENTITY, "listed_on", "valid_until", "reasons")
_KEYS = (
    *("slug", "version", "published_on", "list", "file", "columns", "headers"),
    *("days", "separators", "constants", "without_number", "reasons"),
)
_HEALTH = ("organs", "biomonitoring")
_OF_A_CONCERN = ("concern", "strength", "authority", "legal_basis")
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
_MAX_SLUG = _MAX_RULE = 60
# Levels of authority that a list may have. An NGO's own list is a screening list: its flags are proposed and reviewed.
AUTHORITIES: tuple[str, ...] = (
    Authority.HARMONISED,
    Authority.AUTHORITY_ASSESSMENT,
    Authority.SCREENING_LIST,
    Authority.MODEL,
)
# Effects of lists by which a concern may be stated; to be named by the others is no concern.
_STATING = frozenset({ListEffect.CONCERN, ListEffect.CLASSIFICATION, ListEffect.ASSESSMENT, ListEffect.DUTY})


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """How the file is laid out.

    Attributes:
        kind: "csv" or "xlsx".
        sheet: "" where the one that has the header is meant.
        delimiter, encoding: None where the file shows it.
        within: rows up to and with the header, at most.
        columns: key of `COLUMNS` → header.
        facts: name of a fact → header.
        aliases: another word for a header → the header.
        month_first: whether days are written `06/25/2020`.
        months: whether a month without a day is read, as its first day.
        separators: what stands between several reasons.
        organs, biomonitoring: headers of columns that name organs, or where it was found; "" where there is none.
        limits: columns that hold limits.
    """

    kind: str
    sheet: str
    delimiter: str | None
    encoding: str | None
    within: int
    columns: Mapping[str, str]
    facts: Mapping[str, str]
    aliases: Mapping[str, str]
    month_first: bool
    months: bool
    separators: tuple[str, ...]
    organs: str = ""
    biomonitoring: str = ""
    limits: tuple[LimitColumn, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that the file must have, each once."""
        spoken = [header for header in (self.organs, self.biomonitoring) if header]
        return tuple(
            dict.fromkeys((*self.columns.values(), *self.facts.values(), *spoken, *(one.header for one in self.limits)))
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """A reason as printed: its normal form, and the concerns it states, if any."""

    normal: str
    stated: tuple[StatedConcern, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class ListMapping:
    """A whole mapping.

    Attributes:
        published_on: the day of the edition, where the mapping is made for one.
        listed_on, constant_reasons: what holds for every row.
        groups_without_number: whether a row without any number names a group.
        reasons: reason as printed → what it means.
    """

    slug: str
    version: int
    published_on: dt.date | None
    about: About
    layout: Layout
    listed_on: dt.date | None
    constant_reasons: tuple[str, ...]
    groups_without_number: bool
    reasons: Mapping[str, Reason]


def load_mapping(path: Path) -> ListMapping:
    """The mapping in a YAML file.

    Raises:
        MappingError: with the key at fault and what would be right.
    """
    return read_mapping(read_yaml(path))


def read_mapping(data: object) -> ListMapping:
    """The mapping in plain values, as YAML gives them.

    Raises:
        MappingError: as `load_mapping`.
    """
    top = Section(data)
    slug = top.text("slug")
    if not _SLUG.fullmatch(slug) or len(slug) > _MAX_SLUG:
        raise MappingError("slug", f"{slug!r} is no short name in small letters, digits and hyphens")
    if slug in {importer.list_slug for importer in IMPORTERS.values()}:
        raise MappingError("slug", f"{slug!r} is a list that has a reader of its own; choose another name")
    about = _about(top.section("list", required=True))
    constants = top.section("constants")
    mapping = ListMapping(
        slug=slug,
        version=top.number("version", 1, most=10_000),
        published_on=_day(top, "published_on"),
        about=about,
        layout=_layout(top),
        listed_on=_day(constants, "listed_on"),
        constant_reasons=constants.texts("reasons"),
        groups_without_number=top.choice("without_number", ("group", "substance"), "substance") == "group",
        reasons=_reasons(top.section("reasons"), slug, about),
    )
    constants.done(("listed_on", "reasons"))
    top.done(_KEYS)
    _refuse_contradictions(mapping)
    return mapping


def _about(section: Section) -> About:
    about = About(
        name=section.text("name"),
        publisher=section.text("publisher"),
        effect=section.choice("effect", ListEffect.values),
        jurisdiction=section.text("jurisdiction", "", most=60),
        legal_basis=section.text("legal_basis", "", most=300),
        url=section.text("url", "", most=500),
        licence=section.text("licence"),
    )
    if about.url and not re.fullmatch(r"https?://\S+", about.url):
        raise MappingError("list.url", f"{about.url!r} is no address, such as https://example.org/list")
    section.done([field.name for field in dataclasses.fields(About)])
    return about


def _layout(top: Section) -> Layout:
    file, columns, days = top.section("file", required=True), top.section("columns", required=True), top.section("days")
    kind = file.choice("kind", ("csv", "xlsx"))
    other = ("sheet",) if kind == "csv" else ("delimiter", "encoding")
    for name in other:
        if file.has(name):
            raise MappingError(f"file.{name}", f"a file of kind {kind!r} has none")
    sheet = file.text("sheet", "")
    delimiter = str(file.value("delimiter") or "") or None
    if delimiter not in (None, *DELIMITERS):
        raise MappingError("file.delimiter", f'{delimiter!r} is none of ",", ";", "|" and "\\t"')
    encoding = file.choice("encoding", ENCODINGS, "") or None
    within = file.number("header_within", 20, most=100)
    file.done(("kind", "sheet", "delimiter", "encoding", "header_within"))
    fact_names = columns.section("facts")
    facts = {name: _header(fact_names, name) for name in fact_names.names()}
    known = {name: _header(columns, name) for name in COLUMNS if columns.has(name)}
    organs, biomonitoring = (_header(columns, name) if columns.has(name) else "" for name in _HEALTH)
    limits = limit_columns(columns)
    columns.done((*COLUMNS, "facts", *_HEALTH, "limits"))
    month_first, months = days.flag("month_first", default=False), days.flag("months", default=False)
    days.done(("month_first", "months"))
    separators = top.section("separators")
    between = separators.texts("reasons") or ("\n", ";")
    separators.done(("reasons",))
    told = {organs, biomonitoring, *(one.header for one in limits)} - {""}
    aliases = _aliases(top.section("headers"), {*known.values(), *facts.values(), *told})
    how = (known, facts, aliases, month_first, months, between, organs, biomonitoring, limits)
    return Layout(kind, sheet, delimiter, encoding, within, *how)


def _header(section: Section, name: str) -> str:
    """A header as it is compared: blanks do not count."""
    return " ".join(section.text(name).split())


def _aliases(section: Section, headers: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in section.names():
        header = " ".join(name.split())
        if header not in headers:
            raise MappingError(section.path(name), f"no column has this header; there are {', '.join(sorted(headers))}")
        for word in section.texts(name):
            alias = " ".join(word.split())
            if alias in headers or found.setdefault(alias, header) != header:
                raise MappingError(section.path(name), f"{alias!r} stands for more than one column")
    return found


def _reasons(section: Section, slug: str, about: About) -> dict[str, Reason]:
    found: dict[str, Reason] = {}
    for printed in section.names():
        key = section.path(printed)
        reason = _reason(section.section(printed), slug, about)
        if any(one.normal == reason.normal and one.stated != reason.stated for one in found.values()):
            raise MappingError(f"{key}.is", f"{reason.normal!r} has another meaning further up")
        found[" ".join(printed.split())] = reason
    return found


def _reason(section: Section, slug: str, about: About) -> Reason:
    normal = section.text("is", most=60)
    if ";" in normal:
        raise MappingError(section.path("is"), f"{normal!r} has a semicolon, which stands between reasons")
    if section.has("states"):
        stated = tuple(_concern(one, normal, slug, about) for one in section.sections("states"))
    else:
        stated = (_concern(section, normal, slug, about),) if section.has("concern") else ()
    section.done(("is", "states", *_OF_A_CONCERN))
    return Reason(normal, stated)


def _concern(section: Section, normal: str, slug: str, about: About) -> StatedConcern:
    concern = section.choice("concern", Concern.values)
    if about.effect not in _STATING:
        raise MappingError(section.path("concern"), f"a list of effect {about.effect!r} states no concern")
    authority = section.text("authority")
    if authority not in AUTHORITIES:
        raise MappingError(
            section.path("authority"),
            f"{authority!r} is none of {', '.join(AUTHORITIES)}; a flag of an NGO comes through review, not by a list",
        )
    if authority == Authority.HARMONISED and about.effect != ListEffect.CLASSIFICATION:
        raise MappingError(section.path("authority"), "only a list of effect 'classification' is harmonised in law")
    strength = section.choice("strength", Strength.values, "")
    basis = section.text("legal_basis", f"{about.name}, {normal}", most=300)
    rule = f"{slug}/{'-'.join(normal.split())}"
    if len(rule) > _MAX_RULE:
        raise MappingError(
            section.path("concern"), f"the rule {rule!r} has more than {_MAX_RULE} characters; shorten is"
        )
    section.done(_OF_A_CONCERN)
    return StatedConcern(concern, strength, authority, basis, rule)


def _day(section: Section, name: str) -> dt.date | None:
    """A day written `2024-05-01`, which YAML knows as a day or, in quotes, as a text."""
    value = section.value(name)
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return dt.date.fromisoformat(value)
    except ValueError:
        value = None
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise MappingError(section.path(name), "is no day, such as 2024-05-01")
    return value


def _refuse_contradictions(mapping: ListMapping) -> None:
    columns = mapping.layout.columns
    if not set(columns) & set(IDENTITY[:6]):
        raise MappingError("columns", f"no column names a substance; give one of {', '.join(IDENTITY[:6])}")
    for header in {*columns.values(), *mapping.layout.facts.values()}:
        named = [name for name, one in (*columns.items(), *mapping.layout.facts.items()) if one == header]
        if len(named) > 1:
            raise MappingError(f"columns.{named[1]}", f"{header!r} is the column of {named[0]} already")
    _refuse_health(mapping)
    if "listed_on" in columns and mapping.listed_on:
        raise MappingError("constants.listed_on", "the day stands in a column already (columns.listed_on)")
    for printed in mapping.constant_reasons:
        if printed not in mapping.reasons:
            raise MappingError("constants.reasons", f"{printed!r} is not explained under reasons")
    if "reasons" in columns and not mapping.reasons:
        raise MappingError("reasons", "is missing: say what each reason in the column means")
    if mapping.reasons and not mapping.constant_reasons and "reasons" not in columns:
        raise MappingError("columns.reasons", "is missing: no column and no constant gives a row its reasons")


# Facts that are read, not only kept: a remark may not pass for one.
_READ = frozenset({"exposure_limits", "hazard_details", "use_descriptors", "use_words", *_HEALTH})


def _refuse_health(mapping: ListMapping) -> None:
    layout = mapping.layout
    for name in sorted(_READ & set(layout.facts)):
        raise MappingError(f"columns.facts.{name}", f"{name!r} is read as more than a remark; choose another name")
    if layout.limits and not mapping.about.jurisdiction:
        raise MappingError("list.jurisdiction", "is missing: a limit holds somewhere")
    taken = {*layout.columns.values(), *layout.facts.values()}
    for header in (layout.organs, layout.biomonitoring, *(one.header for one in layout.limits)):
        if header and header in taken:
            raise MappingError("columns", f"{header!r} is the column of something else already")
