"""Hazard classes and statements as publishers print them, and the concerns they mean by published rules.

One line of Annex VI is `Acute Tox. 4*, H302`; others write `Acute Tox. 4 - H302`, `H372 **`, `H372 (hearing organs)`,
`H317;` or `H302H372`. Codes are case-sensitive: H360Fd is not H360FD. What was not understood is told, never guessed.

Source: Regulation (EC) No 1272/2008 (CLP): Annex I for classes and their statements, Annex III for statements,
Annex VI, Part 1, for the codes of classes and what asterisks mean.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from substances.importers.base import MISSING, Classified, Problem, StatedConcern

_CLP = "Regulation (EC) No 1272/2008"
_NEW_CLASSES = f"{_CLP}, as amended by Delegated Regulation (EU) 2023/707"
_SURE, _SUSPECTED = "known_or_presumed", "suspected"
_CODE = r"(?:EUH\d{3}[A-Z]?|H\d{3}(?:FD|Fd|Df|fd|[FDfdi])?)(?=$|[^A-Za-z0-9]|H\d|EUH\d)"
_BRACKETS = r"\([^()]*(?:\([^()]*\)[^()]*)*\)"
_TOKEN = re.compile(
    rf"(?P<code>{_CODE})(?P<after>(?:\s*(?:\*{{1,4}}|{_BRACKETS}))*)|[\s;,+/|&]+|(?P<word>[^\s;,+/|&]+)", re.ASCII
)
_BEFORE_CODE = re.compile(rf"(?:^|(?<=[\s,;:(*–-])){_CODE}", re.ASCII)
_QUOTED = 200
_ASTERISKS = re.compile(r"\s*(\*{1,4})$")


def _classes(*rows: tuple[str, str, str]) -> dict[str, frozenset[str]]:
    """Rows of family, categories and statements as class → statements; "." is a class without categories."""
    found = {}
    for family, categories, statements in rows:
        for category in categories.split():
            found[family if category == "." else f"{family} {category}"] = frozenset(statements.split())
    return found


# Class and category → the statements it may carry; none where Annex VI prints none.
CLASSES: Mapping[str, frozenset[str]] = _classes(
    ("Unst. Expl.", ".", "H200"),
    *(("Expl.", f"1.{number}", f"H20{number}") for number in range(1, 6)),
    ("Expl.", ". 1.6", ""),
    ("Flam. Gas", "1 1A", "H220 H230 H231 H232"),
    ("Flam. Gas", "1B 2", "H221"),
    ("Aerosol", "1", "H222 H229"),
    ("Aerosol", "2", "H223 H229"),
    ("Aerosol", "3", "H229"),
    ("Ox. Gas", "1", "H270"),
    ("Press. Gas", ". (Comp.) (Liq.) (Diss.)", "H280"),
    ("Press. Gas", "(Ref. Liq.)", "H281"),
    *(("Flam. Liq.", str(number), f"H22{number + 3}") for number in (1, 2, 3)),
    ("Flam. Sol.", "1 2", "H228"),
    *((family, "A", "H240") for family in ("Self-react.", "Org. Perox.")),
    *((family, "B", "H241") for family in ("Self-react.", "Org. Perox.")),
    *((family, "C D CD E F EF", "H242") for family in ("Self-react.", "Org. Perox.")),
    *((family, "G", "") for family in ("Self-react.", "Org. Perox.")),
    ("Pyr. Liq.", "1", "H250"),
    ("Pyr. Sol.", "1", "H250"),
    ("Self-heat.", "1", "H251"),
    ("Self-heat.", "2", "H252"),
    ("Water-react.", "1", "H260"),
    ("Water-react.", "2 3", "H261"),
    *((family, "1", "H271") for family in ("Ox. Liq.", "Ox. Sol.")),
    *((family, "2 3", "H272") for family in ("Ox. Liq.", "Ox. Sol.")),
    ("Met. Corr.", "1", "H290"),
    ("Desen. Expl.", "1", "H206"),
    ("Desen. Expl.", "2 3", "H207"),
    ("Desen. Expl.", "4", "H208"),
    ("Acute Tox.", "1 2", "H300 H310 H330"),
    ("Acute Tox.", "3", "H301 H311 H331"),
    ("Acute Tox.", "4", "H302 H312 H332"),
    ("Skin Corr.", "1 1A 1B 1C", "H314"),
    ("Skin Irrit.", "2", "H315"),
    ("Eye Dam.", "1", "H318"),
    ("Eye Irrit.", "2", "H319"),
    ("Resp. Sens.", "1 1A 1B", "H334"),
    ("Skin Sens.", "1 1A 1B", "H317"),
    ("Muta.", "1 1A 1B", "H340"),
    ("Muta.", "2", "H341"),
    ("Carc.", "1 1A 1B", "H350 H350i"),
    ("Carc.", "2", "H351"),
    ("Repr.", "1 1A 1B", "H360 H360F H360D H360FD H360Fd H360Df"),
    ("Repr.", "2", "H361 H361f H361d H361fd"),
    ("Lact.", ".", "H362"),
    ("STOT SE", "1", "H370"),
    ("STOT SE", "2", "H371"),
    ("STOT SE", "3", "H335 H336"),
    ("STOT RE", "1", "H372"),
    ("STOT RE", "2", "H373"),
    ("Asp. Tox.", "1", "H304"),
    ("ED HH", "1", "EUH380"),
    ("ED HH", "2", "EUH381"),
    ("Aquatic Acute", "1", "H400"),
    *(("Aquatic Chronic", str(number), f"H41{number - 1}") for number in (1, 2, 3, 4)),
    ("ED ENV", "1", "EUH430"),
    ("ED ENV", "2", "EUH431"),
    ("PBT", ".", "EUH440"),
    ("vPvB", ".", "EUH441"),
    ("PMT", ".", "EUH450"),
    ("vPvM", ".", "EUH451"),
    ("Ozone", ". 1", "H420"),
)
_SUPPLEMENTAL = (
    "EUH014 EUH018 EUH019 EUH029 EUH031 EUH032 EUH044 EUH066 EUH070 EUH071 EUH201 EUH201A EUH202 EUH203 EUH204 EUH205 "
    "EUH206 EUH207 EUH208 EUH209 EUH209A EUH210 EUH211 EUH212 EUH401 EUH001 EUH006 EUH059"
)
# Every statement that Annex III knows, or knew: EUH001, EUH006 and EUH059 were taken back.
STATEMENTS: frozenset[str] = frozenset().union(*CLASSES.values(), _SUPPLEMENTAL.split())


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """One hazard statement as printed.

    Attributes:
        code: with its exact letters.
        asterisks: "" or one to four; `**` says that the route is not excluded.
        detail: what stands in brackets, such as target organs or a route.
    """

    code: str
    asterisks: str = ""
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Hazards:
    """What cells say of hazards.

    Attributes:
        classifications: in the order printed.
        details: code and what stood in brackets behind it, where something did.
        problems: what was not understood, or contradicts itself.
    """

    classifications: tuple[Classified, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class ConcernRule:
    """What hazard classes mean as a concern.

    Attributes:
        rule: its identifier.
        concern, strength: values of `substances.vocabulary`; "" where CLP's categories say nothing of certainty.
        classes: all of them, each sufficient.
        source: where the classes are defined.
    """

    rule: str
    concern: str
    strength: str
    classes: tuple[str, ...]
    source: str


# Category 1 of the CMR and endocrine classes is "known or presumed", category 2 "suspected". Subcategories 1A and 1B of
# sensitisers tell potency, categories of STOT RE the dose: neither says how sure, so their strength is left empty.
CONCERN_RULES: tuple[ConcernRule, ...] = (
    ConcernRule("clp/carc-1", "carcinogenic", _SURE, ("Carc. 1", "Carc. 1A", "Carc. 1B"), f"{_CLP}, Annex I, 3.6"),
    ConcernRule("clp/carc-2", "carcinogenic", _SUSPECTED, ("Carc. 2",), f"{_CLP}, Annex I, 3.6"),
    ConcernRule("clp/muta-1", "mutagenic", _SURE, ("Muta. 1", "Muta. 1A", "Muta. 1B"), f"{_CLP}, Annex I, 3.5"),
    ConcernRule("clp/muta-2", "mutagenic", _SUSPECTED, ("Muta. 2",), f"{_CLP}, Annex I, 3.5"),
    ConcernRule("clp/repr-1", "reprotoxic", _SURE, ("Repr. 1", "Repr. 1A", "Repr. 1B"), f"{_CLP}, Annex I, 3.7"),
    ConcernRule("clp/repr-2", "reprotoxic", _SUSPECTED, ("Repr. 2",), f"{_CLP}, Annex I, 3.7"),
    ConcernRule("clp/ed-hh-1", "endocrine_hh", _SURE, ("ED HH 1",), f"{_NEW_CLASSES}, Annex I, 3.11"),
    ConcernRule("clp/ed-hh-2", "endocrine_hh", _SUSPECTED, ("ED HH 2",), f"{_NEW_CLASSES}, Annex I, 3.11"),
    ConcernRule("clp/ed-env-1", "endocrine_env", _SURE, ("ED ENV 1",), f"{_NEW_CLASSES}, Annex I, 4.2"),
    ConcernRule("clp/ed-env-2", "endocrine_env", _SUSPECTED, ("ED ENV 2",), f"{_NEW_CLASSES}, Annex I, 4.2"),
    ConcernRule("clp/pbt-vpvb", "pbt_vpvb", "", ("PBT", "vPvB"), f"{_NEW_CLASSES}, Annex I, 4.3"),
    ConcernRule("clp/pmt-vpvm", "pmt_vpvm", "", ("PMT", "vPvM"), f"{_NEW_CLASSES}, Annex I, 4.4"),
    ConcernRule(
        *("clp/resp-sens", "respiratory_sensitiser", ""),
        ("Resp. Sens. 1", "Resp. Sens. 1A", "Resp. Sens. 1B"),
        f"{_CLP}, Annex I, 3.4",
    ),
    ConcernRule(
        *("clp/skin-sens", "skin_sensitiser", ""),
        ("Skin Sens. 1", "Skin Sens. 1A", "Skin Sens. 1B"),
        f"{_CLP}, Annex I, 3.4",
    ),
    ConcernRule("clp/stot-re", "stot_re", "", ("STOT RE 1", "STOT RE 2"), f"{_CLP}, Annex I, 3.9"),
    ConcernRule("clp/ozone", "ozone_depleting", "", ("Ozone", "Ozone 1"), f"{_CLP}, Annex I, 5.1"),
)
_BY_CLASS = {name: rule for rule in CONCERN_RULES for name in rule.classes}
_BY_STATEMENT = {code: rule for name, rule in _BY_CLASS.items() for code in CLASSES[name]}


def statements(cell: str) -> tuple[tuple[Statement, ...], tuple[Problem, ...]]:
    """The hazard statements in a cell, in the order printed, and what in it is none."""
    found: list[Statement] = []
    problems: list[Problem] = []
    unread: list[str] = []
    for token in _TOKEN.finditer(cell):
        code, after, word = token["code"], token["after"], token["word"]
        if code:
            asterisks = "".join(re.findall(r"\*+(?![^(]*\))", after))
            bracketed = " ".join(after.replace("*", " ").split())
            found.append(Statement(code, asterisks, bracketed.removeprefix("(").removesuffix(")").strip()))
            if code not in STATEMENTS:
                problems.append(Problem("statement_unknown", f"{code!r} is no hazard statement of CLP"))
        elif word and word not in MISSING:
            unread.append(word)
    if unread:
        problems.append(Problem("statement_not_read", f"{' '.join(unread)[:_QUOTED]!r} is no hazard statement"))
    return tuple(found), tuple(problems)


def classifications(cell: str) -> Hazards:
    """Hazard classes, one a line with the statements it carries, as in `Acute Tox. 4*, H302` or `Press. Gas`."""
    read: list[tuple[str, tuple[Statement, ...]]] = []
    problems: list[Problem] = []
    for line in cell.split("\n"):
        text = " ".join(line.split())
        if text in MISSING:
            continue
        place = _BEFORE_CODE.search(text)
        name, codes = (text[: place.start()].rstrip(), text[place.start() :]) if place else (text, "")
        carried, odd = statements(codes.rstrip(")") if name.endswith("(") else codes)
        read.append((name.rstrip(" ,;:(–-"), carried))
        problems += odd
    return _hazards(read, problems)


def paired(classes: str, codes: str) -> Hazards:
    """Hazard classes in one cell and statements in another whose lines run parallel, such as the ATP table's.

    A class that carries no statement (`Press. Gas`) may leave no line among the statements. Cells that cannot be
    paired give the classes without statements, and a problem.
    """
    names, lines = classes.split("\n"), codes.split("\n")
    problems: list[Problem] = []
    if len(names) != len(lines):
        names = [name for name in names if name.strip() not in MISSING]
        lines = [line for line in lines if line.strip() not in MISSING]
        silent = [_is_silent(name) for name in names]
        if len(lines) == silent.count(False):
            spoken = iter(lines)
            lines = ["" if nothing else next(spoken) for nothing in silent]
    if len(names) != len(lines):
        message = f"{len(names)} hazard classes and {len(lines)} statements; which belongs to which is not clear"
        problems.append(Problem("classes_not_parallel", message))
        lines = [""] * len(names)
    read = []
    for name, line in zip(names, lines, strict=True):
        carried, odd = statements(line)
        problems += odd
        if name.strip() not in MISSING or carried:
            read.append(("" if name.strip() in MISSING else name, carried))
    return _hazards(read, problems)


def _is_silent(printed: str) -> bool:
    """Whether Annex VI prints no statement with a class."""
    name = _bare(printed)[0]
    return name.startswith("Press. Gas") or (name in CLASSES and not CLASSES[name])


def concern_rule(one: Classified) -> ConcernRule | None:
    """The rule that a hazard class falls under; where the class is none of CLP's, its statement decides."""
    if one.hazard_class in CLASSES:
        return _BY_CLASS.get(one.hazard_class)
    return _BY_STATEMENT.get(one.hazard_statement)


def stated_concerns(found: Iterable[Classified], *, authority: str, legal_basis: str) -> Iterator[StatedConcern]:
    """The concerns that hazard classes mean, each once, in the order of the classes."""
    seen = set()
    for one in found:
        rule = concern_rule(one)
        if rule is not None and rule.rule not in seen:
            seen.add(rule.rule)
            yield StatedConcern(rule.concern, rule.strength, authority, legal_basis, rule.rule)


def _hazards(read: Iterable[tuple[str, tuple[Statement, ...]]], problems: list[Problem]) -> Hazards:
    """Classes as printed and the statements they carry, checked against what CLP lets them carry."""
    found: list[Classified] = []
    details: dict[tuple[str, str], None] = {}
    for printed, carried in read:
        name, asterisks = _bare(printed)
        if name and name not in CLASSES:
            problems.append(Problem("class_unknown", f"{name!r} is no hazard class of CLP"))
        for one in carried or (Statement(""),):
            code = f"{one.code}{one.asterisks}"
            as_printed = ", ".join(part for part in (f"{name}{asterisks}", code) if part)
            found.append(Classified(name, one.code, as_printed))
            if one.code and one.code not in CLASSES.get(name, {one.code}):
                problems.append(Problem("class_and_statement_differ", f"{name} does not carry {one.code}"))
            if one.detail:
                details[(one.code, one.detail)] = None
    return Hazards(tuple(dict.fromkeys(found)), tuple(details), tuple(problems))


def _bare(printed: str) -> tuple[str, str]:
    """A hazard class without its asterisks, and they."""
    text = " ".join(printed.split()).rstrip(" ,;")
    match = _ASTERISKS.search(text)
    return (text[: match.start()], match[1]) if match else (text, "")
