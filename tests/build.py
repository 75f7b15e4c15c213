"""Builders: one plain function a thing, showing only what matters to the test that calls it."""

from __future__ import annotations

import itertools
import zlib
from uuid import UUID

from django.utils import timezone

from portal.organisations.models import Membership, Organisation, User
from substances.models import Fingerprint, Identifier, Name, Source, Structure, Substance
from substances.vocabulary import Checked, IdentifierScheme, NameKind, SubstanceKind

_numbers = itertools.count(1)


def a_person(*, name: str = "", email: str = "", password: str | None = None, is_curator: bool = False) -> User:
    """Somebody with an account; without `password` they can only be signed in by `client.force_login`."""
    name = name or f"Person {next(_numbers)}"
    email = email or f"{name.lower().replace(' ', '.')}.{next(_numbers)}@example.org"
    person = User(email=email, name=name, is_curator=is_curator)
    person.set_password(password)
    person.save()
    return person


def a_curator(*, name: str = "") -> User:
    """Somebody who judges proposals."""
    return a_person(name=name or f"Curator {next(_numbers)}", is_curator=True)


def an_organisation(
    *, kind: str = Organisation.Kind.NGO, name: str = "", country: str = "", confirmed: bool = True
) -> Organisation:
    """An organisation, confirmed by some curator unless said otherwise."""
    return Organisation.objects.create(
        kind=kind,
        name=name or f"Organisation {next(_numbers)}",
        country=country,
        confirmed_at=timezone.now() if confirmed else None,
        confirmed_by=a_curator() if confirmed else None,
    )


def a_member(*, of: Organisation | None = None, role: str = Membership.Role.EDITOR, name: str = "") -> User:
    """Somebody who belongs to an organisation: an editor of a confirmed NGO unless said otherwise."""
    person = a_person(name=name)
    Membership.objects.create(user=person, organisation=of or an_organisation(), role=role)
    return person


def a_source(*, key: str = "test", title: str = "Made for a test") -> Source:
    """A source; the same one for the same `key`."""
    source, _ = Source.objects.get_or_create(key=key, defaults={"title": title})
    return source


def a_substance(
    *,
    name: str = "",
    cas: str | None = None,
    ec: str | None = None,
    smiles: str | None = None,
    kind: str = SubstanceKind.DISCRETE,
    synonyms: tuple[str, ...] = (),
) -> Substance:
    """A substance with its name and the identifiers and structure given, all claimed by one made-up source."""
    source = a_source()
    substance = Substance.objects.create(name=name or f"Substance {next(_numbers)}", kind=kind)
    claim = {"substance": substance, "source": source, "checked": Checked.MADE_UP}
    Name.objects.create(text=substance.name, kind=NameKind.PREFERRED, **claim)
    for synonym in synonyms:
        Name.objects.create(text=synonym, **claim)
    for scheme, value in ((IdentifierScheme.CAS, cas), (IdentifierScheme.EC, ec)):
        if value is not None:
            Identifier.objects.create(scheme=scheme, value=value, **claim)
    if smiles is not None:
        a_structure(of=substance, smiles=smiles)
    return substance


def a_structure(*, of: Substance, smiles: str, source: Source | None = None) -> Structure:
    """A structure given to a substance, in standard form, with its stored fingerprints. Loads RDKit."""
    from substances.chemistry import fingerprints
    from substances.chemistry.molfile import molfile_of
    from substances.chemistry.standardise import standardise

    standard, mol = standardise(smiles, "smiles")
    structure = Structure.objects.create(
        substance=of,
        source=source or a_source(),
        checked=Checked.MADE_UP,
        as_reported=smiles,
        smiles=standard.smiles,
        inchi=standard.inchi or "",
        inchikey=standard.inchikey or "",
        formula=standard.formula,
        mass_g_per_mol=standard.mass_g_per_mol,
        parent_smiles=standard.parent.smiles,
        parent_inchikey=standard.parent.inchikey,
        svg="<svg></svg>",
        molfile_deflated=zlib.compress(molfile_of(mol).encode()),
        standardiser=standard.standardiser,
    )
    Fingerprint.objects.bulk_create(
        Fingerprint(structure=structure, key=str(key), bits=fingerprints.fingerprint(mol, key))
        for key in fingerprints.STORED
    )
    return structure


def all_of_it_stays(substance: Substance) -> dict[str, tuple[UUID, ...]]:
    """For a split: everything that the substance carries stays with it, as history."""
    from substances.services.succession_lines import lines_of, parts_of

    return dict.fromkeys(lines_of(parts_of([substance.pk])[substance.pk]), ())
