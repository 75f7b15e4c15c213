"""What a kind of search is: how its text is read, which parameters it takes, who answers it, and with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from portal.jobs.running import Work
from substances.models import StructureSearch, Substance
from substances.searches.parameters import Parameter
from substances.services.reading import Reading, read
from substances.services.similarity_neighbours import NotComputable

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

Json: TypeAlias = Any
# What the sandbox made of a structure: see `_read_structure` in substances/chemistry/sandbox.py.
ReadStructure: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer, before it is stored: of a substance, of a group, or of a structure of a library.

    Attributes:
        substance_id, group_id, library_structure_id: one of them.
        shared, united: bits in common and bits in either; None for kinds without a score.
        note: why it is here; a code of the kind.
        atoms: to highlight, 0-based, as written in the SMILES that the kind marks.
        told: what else the kind has to say; plain JSON values.
        svg: drawn with what was found marked, by substances.chemistry.depict.
    """

    substance_id: UUID | None = None
    group_id: int | None = None
    library_structure_id: int | None = None
    shared: int | None = None
    united: int | None = None
    note: str = ""
    atoms: Sequence[int] | None = None
    told: Mapping[str, Json] = field(default_factory=dict)
    svg: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a kind found.

    Attributes:
        hits: best first. Whoever may not be shown is left out where they are stored (`hits.write_hits`).
        first_rank: of the first of them, where the kind has stored others before.
        compared_with: how many structures (or rules) were looked at; None where that says nothing.
        fingerprint_key: what was compared by; "" where no fingerprint was.
        versions: of what else answered, by name.
        notes: what the reader must know beside the hits: code, template (English, marked for translation), params.
        not_computable: why nothing was compared; then there are no hits, and that is no "nothing found".
    """

    hits: Sequence[Hit] = ()
    first_rank: int = 1
    compared_with: int | None = None
    fingerprint_key: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Mapping[str, Json]] = ()
    not_computable: NotComputable | None = None


@dataclass(frozen=True, slots=True)
class SearchKind:
    """One kind of search; a module of this room defines it as `KIND`, `registry.KINDS` lists it.

    Attributes:
        name: as stored and as REST calls it.
        question: what it asks, for people.
        parameters: those it takes, each with its default and what makes a value of it.
        answer: answers in the worker: the claim of the job (for `progress`, `check`), the search, the structure as the
            sandbox read it. May raise `NotComputable` and `WorkFailed`. A kind that finds much may store parts before
            it ends, by `with task.writing(): write_hits(...)`.
        known: answers in the request, from what is stored, for a substance we know; None: a worker does, with the
            structure we show of it. May raise `NotComputable`.
        read: what the text is, without RDKit; raises `SearchRefused`.
        read_in_sandbox: what the sandbox makes of the text; None: it is read as one structure. Raises `WorkFailed`.
        refuses: raises `SearchRefused` where who asks may not ask this; None: everybody may.
        whys: the words of each note that its hits carry.
        template: of the answer on the page.
        on_form: whether the form for one structure offers it.
    """

    name: StructureSearch.Kind
    question: StrOrPromise
    parameters: Mapping[str, Parameter]
    answer: Callable[[Work, StructureSearch, ReadStructure], Answer]
    template: str
    known: Callable[[StructureSearch, Substance], Answer] | None = None
    read: Callable[[str, str], Reading] = read
    read_in_sandbox: Callable[[Work, StructureSearch], ReadStructure] | None = None
    refuses: Callable[[StructureSearch], None] | None = None
    whys: Mapping[str, StrOrPromise] = field(default_factory=dict)
    on_form: bool = True
