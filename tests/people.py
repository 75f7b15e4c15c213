"""People with names, for tests of who may do what."""

from __future__ import annotations

from portal.organisations.models import Membership, Organisation, User
from tests.build import a_curator, a_member, a_person, an_organisation


def nadia_of_an_ngo() -> User:
    """An editor of a confirmed NGO: may propose concern flags."""
    ngo = an_organisation(kind=Organisation.Kind.NGO, name="Clean Rivers (test)")
    return a_member(of=ngo, role=Membership.Role.EDITOR, name="Nadia")


def karol_the_curator() -> User:
    """A curator, member of no organisation: judges proposals."""
    return a_curator(name="Karol")


def ola_of_a_company() -> User:
    """An editor of a confirmed company: may not propose concern flags."""
    company = an_organisation(kind=Organisation.Kind.COMPANY, name="Paper Mill (test)")
    return a_member(of=company, role=Membership.Role.EDITOR, name="Ola")


def stranger() -> User:
    """Somebody signed in who belongs to nothing."""
    return a_person(name="Stefan")
