"""Parameters of searches: what each may be, and what it is where nobody said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from substances.services.reading import SearchRefused

MOST_HITS = 200
REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a kind.

    Attributes:
        default: as it is stored; a plain JSON value.
        clean: what is stored of a value somebody gave; raises `SearchRefused` with the parameter's name as code.
    """

    default: Any
    clean: Callable[[Any], Any]


def cleaned(parameters: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of a kind, as it is stored: those given, and the defaults of the others.

    Args:
        parameters: of the kind.
        given: by name; None is as if it were not given.

    Raises:
        SearchRefused: a value cannot be used, or the kind has no such parameter.
    """
    said = {name: value for name, value in given.items() if value is not None}
    for name in said.keys() - parameters.keys():
        message = _("This kind of search has no '%(name)s'; it has %(names)s.")
        raise SearchRefused(400, name, message % {"name": name, "names": ", ".join(parameters) or "-"})
    return {name: one.clean(said[name]) if name in said else one.default for name, one in parameters.items()}


def share(value: Decimal | float | str) -> str:
    """A Tanimoto coefficient from 0 to 1 with three decimals, as text: "0.500".

    Raises:
        SearchRefused: it is none, or has more decimals.
    """
    try:
        number = Decimal(str(value))
        rounded = number.quantize(Decimal("0.001"))
    except InvalidOperation:
        rounded = number = Decimal(-1)
    if rounded != number or not 0 <= number <= 1:
        message = _("The threshold is '%(value)s'; write a number from 0 to 1 with at most three decimals.")
        raise SearchRefused(400, "threshold", message % {"value": str(value)[:40]})
    return str(rounded)


def count(value: int) -> int:
    """How many hits at most.

    Raises:
        SearchRefused: it is not from 1 to 200.
    """
    if not 1 <= value <= MOST_HITS:
        message = _("The limit is %(value)s; write a whole number from 1 to %(most)s.")
        raise SearchRefused(400, "limit", message % {"value": value, "most": MOST_HITS})
    return value


def collection(value: str) -> str:
    """Where to look: the registry.

    Raises:
        SearchRefused: there is no such collection.
    """
    if value != REGISTRY:
        message = _("There is no collection '%(value)s'; there is %(names)s.")
        raise SearchRefused(400, "collection", message % {"value": str(value)[:40], "names": REGISTRY})
    return value


THRESHOLD = Parameter("0.300", share)
LIMIT = Parameter(50, count)
COLLECTION = Parameter(REGISTRY, collection)
