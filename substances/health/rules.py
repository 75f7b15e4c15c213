"""What hazard statements, concerns, words about organs and use descriptors mean for people and nature. Pure.

Every rule has a name, which is shown beside what follows from it. What is not understood is told, never guessed: a
statement that names no organ gives an effect without one.

Source: Regulation (EC) No 1272/2008 (CLP), Annex III (wording of the statements), Annex I, 3 and 4 (classes); ECHA,
guidance R.12, version 3.0 (use descriptors).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from substances.health_terms import ExposedGroup, HealthEffect, Organ, Route
from substances.vocabulary import Concern, Strength

_KNOWN, _SUSPECTED = Strength.KNOWN_OR_PRESUMED.value, Strength.SUSPECTED.value


@dataclasses.dataclass(frozen=True, slots=True)
class Harm:
    """One thing a substance does.

    Attributes:
        effect, organ, route, strength: values of `substances.health_terms` and `Strength`; "" where it is not said.
        rule: the rule it follows by.
    """

    effect: str
    organ: str = ""
    route: str = ""
    strength: str = ""
    rule: str = ""


def _harms(*rows: tuple[str, HealthEffect, str, str, str]) -> dict[str, tuple[Harm, ...]]:
    found: dict[str, tuple[Harm, ...]] = {}
    for codes, effect, organ, route, strength in rows:
        for code in codes.split():
            harm = Harm(effect.value, organ, route, strength, f"clp/{code.lower()}")
            found[code] = (*found.get(code, ()), harm)
    return found


# Categories of STOT and sensitisers tell dose and potency, not how sure: their strength is left empty.
HARMS: Mapping[str, tuple[Harm, ...]] = _harms(
    ("H350", HealthEffect.CANCER, "", "", _KNOWN),
    ("H350i", HealthEffect.CANCER, "", Route.INHALATION, _KNOWN),
    ("H351", HealthEffect.CANCER, "", "", _SUSPECTED),
    ("H340", HealthEffect.GENETIC, "", "", _KNOWN),
    ("H341", HealthEffect.GENETIC, "", "", _SUSPECTED),
    ("H360", HealthEffect.REPRODUCTION, "", "", _KNOWN),
    ("H361", HealthEffect.REPRODUCTION, "", "", _SUSPECTED),
    ("H360F H360FD H360Fd", HealthEffect.FERTILITY, "", "", _KNOWN),
    ("H360Df H361f H361fd", HealthEffect.FERTILITY, "", "", _SUSPECTED),
    ("H360D H360FD H360Df", HealthEffect.UNBORN, "", "", _KNOWN),
    ("H360Fd H361d H361fd", HealthEffect.UNBORN, "", "", _SUSPECTED),
    ("H362", HealthEffect.LACTATION, "", "", ""),
    ("H300 H301 H302", HealthEffect.POISONING, "", Route.ORAL, ""),
    ("H310 H311 H312", HealthEffect.POISONING, "", Route.DERMAL, ""),
    ("H330 H331 H332", HealthEffect.POISONING, "", Route.INHALATION, ""),
    ("EUH070", HealthEffect.POISONING, Organ.EYES, "", ""),
    ("H370 H371", HealthEffect.ORGANS_ONCE, "", "", ""),
    ("H372 H373", HealthEffect.ORGANS_REPEATED, "", "", ""),
    ("H334", HealthEffect.ASTHMA, Organ.AIRWAYS, Route.INHALATION, ""),
    ("H317", HealthEffect.ALLERGY, Organ.SKIN, Route.DERMAL, ""),
    ("H304", HealthEffect.ASPIRATION, Organ.AIRWAYS, Route.ORAL, ""),
    ("H314", HealthEffect.BURNS, Organ.SKIN, Route.DERMAL, ""),
    ("EUH071", HealthEffect.BURNS, Organ.AIRWAYS, Route.INHALATION, ""),
    ("H318", HealthEffect.EYE_DAMAGE, Organ.EYES, "", ""),
    ("H315", HealthEffect.IRRITATION, Organ.SKIN, Route.DERMAL, ""),
    ("H319", HealthEffect.IRRITATION, Organ.EYES, "", ""),
    ("H335", HealthEffect.IRRITATION, Organ.AIRWAYS, Route.INHALATION, ""),
    ("H336", HealthEffect.DROWSINESS, Organ.NERVOUS, "", ""),
    ("EUH380", HealthEffect.HORMONES, "", "", _KNOWN),
    ("EUH381", HealthEffect.HORMONES, "", "", _SUSPECTED),
    ("EUH430", HealthEffect.HORMONES_NATURE, "", "", _KNOWN),
    ("EUH431", HealthEffect.HORMONES_NATURE, "", "", _SUSPECTED),
    ("EUH440 EUH441", HealthEffect.PERSISTENT, "", "", ""),
    ("EUH450 EUH451", HealthEffect.MOBILE, "", "", ""),
    ("H400 H410 H411 H412 H413", HealthEffect.AQUATIC, "", "", ""),
    ("H420 EUH059", HealthEffect.OZONE, "", "", ""),
)
# A concern flag says less than the statements behind it: no organ, no route.
HARM_OF_CONCERN: Mapping[str, HealthEffect] = {
    Concern.CARCINOGENIC: HealthEffect.CANCER,
    Concern.MUTAGENIC: HealthEffect.GENETIC,
    Concern.REPROTOXIC: HealthEffect.REPRODUCTION,
    Concern.ENDOCRINE_HH: HealthEffect.HORMONES,
    Concern.ENDOCRINE_ENV: HealthEffect.HORMONES_NATURE,
    Concern.PBT_VPVB: HealthEffect.PERSISTENT,
    Concern.PMT_VPVM: HealthEffect.MOBILE,
    Concern.RESPIRATORY_SENSITISER: HealthEffect.ASTHMA,
    Concern.SKIN_SENSITISER: HealthEffect.ALLERGY,
    Concern.STOT_RE: HealthEffect.ORGANS_REPEATED,
    Concern.OZONE_DEPLETING: HealthEffect.OZONE,
}
# Effects on nature, which are told after those on people.
ON_NATURE = frozenset(
    {
        HealthEffect.PERSISTENT,
        HealthEffect.MOBILE,
        HealthEffect.HORMONES_NATURE,
        HealthEffect.AQUATIC,
        HealthEffect.OZONE,
    }
)

_ORGAN_WORDS: tuple[tuple[Organ, str], ...] = (
    (Organ.PLEURA, r"mesotheli\w+|pleura\w*|peritone\w+"),
    (Organ.NOSE, r"nasal|nose|sinus\w*|nasophar\w+|larynx|laryn\w+|pharyn\w+|throat|olfactory"),
    (Organ.AIRWAYS, r"lungs?|respiratory|airways?|bronch\w*|trachea|pulmonary"),
    (Organ.HEARING, r"hearing|auditory|ears?|cochlea\w*|ototox\w*"),
    (Organ.NERVOUS, r"nervous|neuro\w*|nerves?|brain|cns|pns"),
    (Organ.EYES, r"eyes?|ocular|optic|vision|visual|retina\w*|cornea\w*"),
    (Organ.SKIN, r"skin"),
    (Organ.LIVER, r"liver|hepat\w+"),
    (Organ.KIDNEYS, r"kidneys?|renal|nephro\w*"),
    (Organ.BLADDER, r"bladder|urinary|urothel\w+"),
    (
        Organ.BLOOD,
        r"blood(?! vessels?)|ha?emato\w+|ha?ematopo?ietic|ha?emopoietic|ha?emolymph\w+|bone marrow|erythrocytes?"
        r"|leuka?emia|lymphoma|lymphohaematopoietic",
    ),
    (Organ.HEART, r"heart|cardi\w+|blood vessels?|vascular|aorta"),
    (Organ.BONES, r"bones?(?! marrow)|teeth|dental|skelet\w+"),
    (Organ.THYROID, r"thyroid"),
    (Organ.IMMUNE, r"immune|immuno\w*|thymus|lymph nodes?|lymphoid"),
    (Organ.GUT, r"gastro\w*|stomach|intestin\w*|forestomach|duoden\w+|digestive|gi tract|colon|oesophagus"),
    (Organ.REPRODUCTIVE, r"testes|testis|testic\w+|ovar\w+|uterus|reproductive|prostate"),
    (Organ.BREAST, r"breast|mammary"),
    (Organ.ADRENALS, r"adrenals?"),
    (Organ.SPLEEN, r"spleen"),
    (Organ.MUSCLES, r"muscles?|musculo\w*"),
    (Organ.GALL, r"bile ducts?|biliary|gall ?bladder"),
)
_ORGANS = tuple((organ, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE)) for organ, words in _ORGAN_WORDS)
_ROUTES = tuple(
    (route, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE))
    for route, words in (
        (Route.INHALATION, r"inhal\w*|breath\w*"),
        (Route.DERMAL, r"dermal\w*|skin contact|in contact with skin"),
        (Route.ORAL, r"oral\w*|ingest\w*|swallow\w*"),
    )
)
_GALLBLADDER = re.compile(r"gall ?bladder", re.IGNORECASE)


def harms_of_statement(code: str) -> tuple[Harm, ...]:
    """What a hazard statement says is done; nothing for physical hazards and statements that are none."""
    return HARMS.get(code, ())


def harm_of_concern(concern: str, strength: str) -> Harm | None:
    """What a concern flag says is done; None where it says nothing of the kind, such as "equivalent concern"."""
    effect = HARM_OF_CONCERN.get(Concern(concern))
    return Harm(effect.value, "", "", strength, f"concern/{concern}") if effect else None


def organs_in(text: str) -> tuple[str, ...]:
    """The organs that a text names, such as "hearing organs" or "lungs, kidney", in the order of the vocabulary."""
    return tuple(
        organ.value
        for organ, words in _ORGANS
        if words.search(_GALLBLADDER.sub(" ", text) if organ is Organ.BLADDER else text)
    )


def routes_in(text: str) -> tuple[str, ...]:
    """The routes that a text names, such as "inhalation"; "not oral" and the like are not read."""
    if re.search(r"(?<![a-z])(?:not|no|except|other than)(?![a-z])", text, re.IGNORECASE):
        return ()
    return tuple(route.value for route, words in _ROUTES if words.search(text))


def harms_of_detail(code: str, detail: str) -> tuple[Harm, ...]:
    """What stands in brackets behind a statement, such as `H372 (hearing organs) (inhalation)`: one harm an organ.

    Only statements that may name an organ or a route do; without either, nothing follows.
    """
    organs, routes = organs_in(detail), routes_in(detail)
    if code in ("H370", "H371", "H372", "H373"):
        pairs = [(organ, route) for organ in organs or ("",) for route in routes or ("",) if organ or route]
    elif code.startswith(("H340", "H341", "H350", "H351", "H360", "H361")):
        pairs = [("", route) for route in routes]
    else:
        pairs = []
    found = [
        Harm(harm.effect, organ, route, harm.strength, f"{harm.rule}-detail")
        for harm in harms_of_statement(code)
        for organ, route in pairs
    ]
    return tuple(dict.fromkeys(found))


# SU21 is "private households", SU22 "professional uses": who, not which sector. Source: guidance R.12, versions 1 to 3.
_CONSUMER_SECTOR = "SU21"
# Product categories that are sold as such to anybody; others are of industry, or of both, and say nothing of who.
_SOLD_TO_ANYBODY = frozenset({"PC3", "PC9c", "PC28", "PC31", "PC35", "PC39"})
_FOR_CHILDREN = re.compile(
    r"(?<![a-z])(?:toys?|finger ?paints?|child(?:ren)?(?:'s|’s)?|bab(?:y|ies)|infants?|soothers?|teethers?)(?![a-z])",
    re.IGNORECASE,
)


def exposed_by_descriptor(code: str, words: str = "") -> tuple[tuple[str, str], ...]:
    """Who comes into contact with a substance that is used so, each with the rule.

    Sectors and processes are of workers; articles, and product categories that are sold to anybody, of consumers;
    children only where the words of an article or product category say so (toys, finger paints, articles for babies).
    """
    kind = code.rstrip("0123456789abcdefgh-")
    found: list[tuple[str, str]] = []
    if code == _CONSUMER_SECTOR:
        found.append((ExposedGroup.CONSUMERS.value, "r12/su21"))
    elif kind in ("SU", "PROC"):
        found.append((ExposedGroup.WORKERS.value, f"r12/{kind.lower()}"))
    elif kind == "AC" or code in _SOLD_TO_ANYBODY:
        found.append((ExposedGroup.CONSUMERS.value, f"r12/{kind.lower()}"))
    if kind in ("AC", "PC") and (_FOR_CHILDREN.search(words) or code == "PC9c"):
        found.append((ExposedGroup.CHILDREN.value, "r12/children"))
    return tuple(found)


def exposed_in(text: str) -> tuple[tuple[str, str], ...]:
    """Whom the words of a restriction name: consumers, children, workers; each with the rule."""
    groups = (
        (ExposedGroup.CHILDREN, _FOR_CHILDREN),
        (
            ExposedGroup.CONSUMERS,
            re.compile(r"(?<![a-z])(?:consumers?|general public|cosmetics?|jewell?ery|tattoo\w*)(?![a-z])", re.I),
        ),
        (ExposedGroup.WORKERS, re.compile(r"(?<![a-z])(?:workers?|workplaces?|at work)(?![a-z])", re.I)),
    )
    return tuple((group.value, f"words/{group.value}") for group, words in groups if words.search(text))
