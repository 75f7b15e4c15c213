"""Structures sent through the web: tried, told what is new, agrees and is disputed, published, called off."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.common.one_at_a_time import only_one
from portal.jobs.models import Job
from portal.jobs.running import Work, claim, run_job
from portal.organisations.models import AuditEvent, User
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.models import Source, Structure, StructureUpload, StructureUploadChunk, Substance
from substances.services import structure_import
from substances.services.structure_claims import write_claims
from substances.services.structure_uploads import keep_structures, run_structure_import
from substances.services.uploads import UploadRefused, delete_old_uploads, publish_upload
from substances.vocabulary import StructureTrust
from tests.build import a_curator, a_person, a_substance
from tests.substances.structure_files import CRESOL, ETHANOL, PHENOL, a_file, taken

pytestmark = [pytest.mark.django_db, pytest.mark.services]
HEADER = "cas\tsmiles"


@pytest.fixture
def curator() -> User:
    return a_curator()


@pytest.fixture
def signed_in(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


@pytest.fixture(autouse=True)
def phenol() -> Substance:
    """Phenol, without a structure."""
    return a_substance(name="phenol", cas="108-95-2")


def text_of(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def sent(client: Client, data: bytes, **more: object) -> StructureUpload:
    """The upload that the form made of the file."""
    file = SimpleUploadedFile(str(more.pop("name", "lookup.tsv")), data)
    form = {"source": "A lookup", "trust": "lookup", "file": file, **more}
    answer = client.post(reverse("web:structure-upload"), form)
    assert answer.status_code == 302, answer.context["form"].errors
    return StructureUpload.objects.latest("uploaded_at")


def worked(upload: StructureUpload) -> StructureUpload:
    """The upload, after a worker did its job."""
    assert run_job(upload.job_id) == "done"
    upload.refresh_from_db()
    return upload


def page_of(client: Client, upload: StructureUpload) -> str:
    return client.get(reverse("web:structure-uploaded", args=[upload.pk])).content.decode()


def trial_of(upload: StructureUpload) -> dict[str, int]:
    assert upload.report is not None
    return {name: upload.report["trial"][name] for name in ("new", "agrees", "disputes", "not_compared", "shown")}


def test_a_trial_tells_what_is_new_agrees_and_is_disputed_and_writes_nothing(signed_in: Client) -> None:
    a_substance(name="cresol", cas="106-44-5", smiles=CRESOL)
    a_substance(name="ethanol", cas="64-17-5", smiles=PHENOL)
    before = [*Structure.objects.values(), *Source.objects.values(), *Substance.objects.values("revision")]
    rows = (f"108-95-2\t{PHENOL}", f"106-44-5\t{CRESOL}", f"64-17-5\t{ETHANOL}", "71-43-2\tc1ccccc1", "108-95-2\tFAIL")
    upload = worked(sent(signed_in, text_of(*rows)))
    assert [*Structure.objects.values(), *Source.objects.values(), *Substance.objects.values("revision")] == before
    assert trial_of(upload) == {"new": 1, "agrees": 1, "disputes": 1, "not_compared": 0, "shown": 1}
    assert upload.report is not None
    assert [upload.report[name] for name in ("rows", "structures", "unknown", "refused", "lost")] == [5, 3, 1, 1, 0]
    page = page_of(signed_in, upload)
    assert "It was tried. Nothing is written yet." in page
    assert page.index("Disputed: another source draws another skeleton") < page.index("New: the substance has no")
    assert reverse("web:structure-upload-publish", args=[upload.pk]) in page


def test_what_was_tried_is_written_on_its_curators_word(signed_in: Client, curator: User, phenol: Substance) -> None:
    upload = worked(sent(signed_in, text_of(f"108-95-2\t{PHENOL}")))
    signed_in.post(reverse("web:structure-upload-publish", args=[upload.pk]))
    upload.refresh_from_db()
    worked(upload)
    structure = Structure.objects.get()
    assert (structure.substance, structure.smiles, structure.source.title) == (phenol, PHENOL, "A lookup")
    assert "Written. The structures are found and shown." in page_of(signed_in, upload)
    assert not StructureUploadChunk.objects.exists()
    told = AuditEvent.objects.filter(subject_id=upload.pk, by=curator).order_by("pk")
    assert [one.action for one in told] == ["upload.received", "upload.publish_asked", "upload.published"]


@pytest.mark.parametrize(
    ("trust", "known_as", "shown"),
    [
        pytest.param("curated", StructureTrust.LOOKUP, 1, id="chosen by people, before a lookup"),
        pytest.param("lookup", StructureTrust.LOOKUP, 0, id="a lookup behind a lookup"),
        pytest.param("curated", StructureTrust.CURATED, 0, id="behind what people chose before"),
    ],
)
def test_a_trial_says_what_publishing_then_shows(
    signed_in: Client, tmp_path: Path, trust: str, known_as: StructureTrust, shown: int
) -> None:
    taken(a_file(tmp_path, f"108-95-2\t{CRESOL}\tx"), source="Theirs", trust=known_as)
    upload = worked(sent(signed_in, text_of(f"108-95-2\t{PHENOL}"), trust=trust))
    assert (trial_of(upload)["disputes"], trial_of(upload)["shown"]) == (1, shown)
    publish_upload(by=upload.uploaded_by, upload=upload)
    worked(upload)
    assert (Structure.objects.get(source__title="A lookup").is_current, upload.report["disputed"]) == (bool(shown), 1)  # type: ignore[index]  # it has a report


def test_a_trial_counts_what_publishing_counts(signed_in: Client, tmp_path: Path) -> None:
    a_substance(name="ethanol", cas="64-17-5")
    taken(a_file(tmp_path, f"64-17-5\t{ETHANOL}\tx"))
    rows = (f"108-95-2\t{PHENOL}", "108-95-2\tc1ccccc1O", f"108-95-2\t{CRESOL}", f"64-17-5\t{ETHANOL}", "x\tC")
    upload = worked(sent(signed_in, text_of(*rows)))
    counted = ("rows", "structures", "added", "renewed", "unknown", "refused", "lost", "problems", "unchanged")
    tried = {name: upload.report[name] for name in counted}  # type: ignore[index]  # it has one
    publish_upload(by=upload.uploaded_by, upload=upload)
    worked(upload)
    assert {name: upload.report[name] for name in counted} == tried  # type: ignore[index]
    assert (tried["structures"], tried["added"], tried["refused"]) == (3, 1, 2)


def test_what_is_there_already_is_not_offered_to_be_published(signed_in: Client, tmp_path: Path) -> None:
    taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx"))
    upload = worked(sent(signed_in, text_of(f"108-95-2\t{PHENOL}")))
    page = page_of(signed_in, upload)
    assert "There is nothing in it to write." in page
    assert reverse("web:structure-upload-publish", args=[upload.pk]) not in page


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        pytest.param("l.tsv", b"name\tcas\nphenol\t108-95-2\n", "SMILES or InChI", id="no column of structures"),
        pytest.param("l.sdf", b"no record", "cut off", id="an SDF cut off"),
        pytest.param("l.xlsx", b"PK\x03\x04 no workbook", "not an .xlsx workbook", id="a damaged workbook"),
        pytest.param("l.csv", b'cas,smiles\n108-95-2,"C\n', "quote", id="a stray quote"),
    ],
)
def test_a_file_that_is_refused_says_why_and_is_deleted(signed_in: Client, name: str, data: bytes, why: str) -> None:
    upload = worked(sent(signed_in, data, name=name))
    assert upload.refusal is not None
    assert (why in upload.refusal["message"], upload.refusal["code"]) == (True, "wrong_file")
    assert "The file was refused whole; nothing was stored." in page_of(signed_in, upload)
    assert not upload.chunks.exists()


def test_a_source_that_is_known_with_another_trust_is_refused_beside_its_field(
    signed_in: Client, tmp_path: Path
) -> None:
    taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx"))
    form = {"source": "A lookup", "trust": "curated", "file": SimpleUploadedFile("l.tsv", text_of("x\tC"))}
    answer = signed_in.post(reverse("web:structure-upload"), form)
    assert (answer.status_code, [*answer.context["form"].errors]) == (400, ["source"])
    assert not StructureUpload.objects.exists()


def test_a_source_that_cannot_be_called_so_is_refused(curator: User) -> None:
    with pytest.raises(UploadRefused, match="Latin letters"):
        keep_structures(by=curator, source="…", trust=StructureTrust.LOOKUP, file_name="x", chunks=[b"x"])


def test_the_same_file_again_is_the_same_upload(signed_in: Client) -> None:
    first = worked(sent(signed_in, text_of(f"108-95-2\t{PHENOL}")))
    assert sent(signed_in, text_of(f"108-95-2\t{PHENOL}")) == first
    assert sent(signed_in, text_of(f"108-95-2\t{PHENOL}"), source="Another") != first


def test_somebody_elses_file_is_not_there(client: Client, curator: User) -> None:
    upload = keep_structures(by=curator, source="x", trust=StructureTrust.LOOKUP, file_name="x", chunks=[text_of()])
    for other in (a_curator(), a_person()):
        client.force_login(other)
        status = 404 if other.is_curator else 403
        assert client.get(reverse("web:structure-uploaded", args=[upload.pk])).status_code == status
        for name in ("web:structure-upload-publish", "web:structure-upload-drop"):
            assert client.post(reverse(name, args=[upload.pk])).status_code == status
    assert StructureUploadChunk.objects.exists()


def test_it_can_be_left_and_found_again_among_the_files_one_sent(signed_in: Client) -> None:
    upload = sent(signed_in, text_of(f"108-95-2\t{PHENOL}"))
    assert "Waiting for a worker" in page_of(signed_in, upload)
    queue = signed_in.get(reverse("web:list-queue")).content.decode()
    assert reverse("web:structure-uploaded", args=[upload.pk]) in queue


class CalledOff(Work):
    """A claim whose job somebody calls off at its first sign of life."""

    def progress(self, done: int, total: int | None = None) -> None:
        Job.objects.filter(pk=self.job_id).update(cancel_requested_at=timezone.now())
        super().progress(done, total)


def test_called_off_while_it_is_published_it_says_that_what_was_written_stands(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = worked(sent(signed_in, text_of(f"108-95-2\t{PHENOL}")))
    signed_in.post(reverse("web:structure-upload-publish", args=[upload.pk]))
    upload.refresh_from_db()
    monkeypatch.setattr("portal.jobs.running.Work", CalledOff)
    assert run_job(upload.job_id) == "cancelled"
    assert Structure.objects.count() == 1
    assert "What was written before stands" in page_of(signed_in, upload)


def test_thrown_away_before_it_was_tried_nothing_was_written_by_it(signed_in: Client) -> None:
    upload = sent(signed_in, text_of(f"108-95-2\t{PHENOL}"))
    signed_in.post(reverse("web:structure-upload-drop", args=[upload.pk]))
    assert run_job(upload.job_id) == "nothing to do"
    assert "nothing was written by it" in page_of(signed_in, upload)
    assert not StructureUploadChunk.objects.exists()


def test_an_upload_waits_while_another_import_of_its_source_runs(curator: User, tmp_path: Path) -> None:
    upload = keep_structures(
        by=curator,
        source="A lookup",
        trust=StructureTrust.LOOKUP,
        file_name="x",
        chunks=[text_of(f"108-95-2\t{PHENOL}")],
    )
    worked(upload)
    publish_upload(by=curator, upload=upload)
    job = claim(upload.job_id)
    assert job is not None
    other = only_one("structures-a-lookup")
    other.__enter__()

    class Patient(Work):
        """A claim that looks again: then the other import is over."""

        def check(self) -> None:
            super().check()
            other.__exit__(None, None, None)

    run_structure_import(Patient(job))
    assert Structure.objects.get().smiles == PHENOL


def test_a_killed_upload_goes_on_where_it_stopped(curator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = ["64-17-5", "71-36-3", "71-41-0", "111-27-3"]
    for number in numbers:
        a_substance(cas=number)
    data = text_of(*(f"{number}\t{'C' * length}O" for length, number in enumerate(numbers, 2)))
    upload = keep_structures(by=curator, source="x", trust=StructureTrust.LOOKUP, file_name="x", chunks=[data])
    worked(upload)
    publish_upload(by=curator, upload=upload)
    monkeypatch.setattr(structure_import, "_BATCH", 2)
    written: list[bool] = []

    class Killed(BaseException):
        """Stands for kill -9 between two batches."""

    def once(*args: object) -> object:
        if written:
            raise Killed
        written.append(True)
        return write_claims(*args)  # type: ignore[arg-type]  # passed on as they came

    with monkeypatch.context() as patched:
        patched.setattr(structure_import, "write_claims", once)
        with pytest.raises(Killed):
            run_job(upload.job_id)
    assert Structure.objects.count() == 2
    Job.objects.filter(pk=upload.job_id).update(state="queued", lease_until=None)
    worked(upload)
    assert upload.report is not None
    assert [upload.report[name] for name in ("structures", "added", "lost")] == [4, 2, 0]


def test_files_nobody_came_back_for_are_deleted_after_a_day(curator: User) -> None:
    data = text_of(f"108-95-2\t{PHENOL}")
    upload = worked(keep_structures(by=curator, source="x", trust=StructureTrust.LOOKUP, file_name="x", chunks=[data]))
    assert delete_old_uploads() == 0
    StructureUpload.objects.filter(pk=upload.pk).update(uploaded_at=timezone.now() - dt.timedelta(hours=25))
    assert (delete_old_uploads(), StructureUploadChunk.objects.count()) == (1, 0)
