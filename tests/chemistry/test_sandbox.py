"""The process that may die, and the client that outlives it."""

import base64
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from substances.chemistry.fingerprints import STORED
from substances.chemistry.sandbox_client import Sandbox, SandboxDied, SandboxTimeout, close_sandbox, sandbox

BPA = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
C60 = (
    "c12c3c4c5c1c1c6c7c2c2c8c3c3c9c4c4c%10c5c5c1c1c6c6c%11c7c2c2c7c8c3c3c8c9c4c4c9c%10c5c5c1c1c6c6c%11c2c2c7c3c3c8c4"
    "c4c9c5c1c1c6c2c3c41"
)
ENDLESS = {"walks": {"all_of": ["*" + "~*" * 40 + "[U]"]}}  # counts all paths of 41 atoms through C60


@pytest.fixture(scope="module")
def child() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


def test_a_structure_is_read_with_everything_that_is_stored(child: Sandbox) -> None:
    answer = child.call("read", text=BPA, format="smiles", label="bisphenol A")
    assert (answer["inchikey"], answer["formula"]) == ("IISBACLAFKSPIT-UHFFFAOYSA-N", "C15H16O2")
    assert [len(base64.b64decode(text)) for text in answer["fingerprints"].values()] == [256] * len(STORED)
    assert answer["parent_fingerprints"] == answer["fingerprints"]
    assert 'aria-label="bisphenol A"' in answer["svg"]
    assert (answer["changes"], answer["issues"]) == ([], [])


def test_a_salt_comes_with_the_fingerprints_of_its_parent(child: Sandbox) -> None:
    salt = child.call("read", text="[Na+].CCC(=O)[O-]", format="smiles")
    acid = child.call("read", text="CCC(=O)O", format="smiles")
    assert salt["parent_fingerprints"] == acid["fingerprints"] != salt["fingerprints"]


def test_an_unreadable_structure_is_answered_with_its_character(child: Sandbox) -> None:
    error = child.call("read", text="CC\u041e", format="smiles")["error"]
    assert (error["code"], error["position"]) == ("lookalike", 3)
    assert error["template"] % error["params"] == error["message"]


def test_a_fault_of_ours_is_an_answer_without_the_structure(child: Sandbox) -> None:
    error = child.call("read", text=BPA, format="mol2")["error"]
    assert error["code"] == "internal"
    assert BPA not in error["message"]


def test_groups_and_drawings_are_asked_by_smiles(child: Sandbox) -> None:
    found = child.call("group_match", smiles=BPA, rules={"phenols": {"all_of": ["c[OH]"]}, "amines": {"all_of": ["N"]}})
    assert (found["groups"]["phenols"]["member"], found["groups"]["amines"]["member"]) == (True, False)
    assert 'class="hl"' in child.call("depict", smiles=BPA, label="", highlight_atoms=[0, 1])["svg"]


def test_work_that_does_not_end_is_ended_and_the_next_call_works(child: Sandbox) -> None:
    before = child.pid
    with pytest.raises(SandboxTimeout):
        child.call("group_match", timeout_s=0.3, smiles=C60, rules=ENDLESS)
    assert child.call("ping")["pid"] == child.pid != before


def test_processor_time_is_limited_by_the_kernel() -> None:
    with Sandbox(cpu_s=1) as hurried:
        hurried.call("ping")
        with pytest.raises(SandboxDied) as raised:
            hurried.call("group_match", timeout_s=60, smiles=C60, rules=ENDLESS)
        assert raised.value.reason == "cpu"
        assert "error" not in hurried.call("read", text=BPA, format="smiles")


def test_many_small_requests_do_not_add_up_to_the_limit() -> None:
    some_work = {"walks": {"all_of": ["*" + "~*" * 14 + "[U]"]}}
    with Sandbox(cpu_s=1) as hurried:
        first = hurried.call("ping")["pid"]
        for _ in range(9):
            hurried.call("group_match", timeout_s=60, smiles=C60, rules=some_work)
        assert hurried.call("ping")["pid"] == first


def test_a_killed_child_is_told_and_replaced(child: Sandbox) -> None:
    child.call("ping")
    killer = threading.Timer(0.3, os.kill, (child.pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(SandboxDied) as raised:
        child.call("group_match", timeout_s=60, smiles=C60, rules=ENDLESS)
    killer.join()
    assert raised.value.reason == "killed"
    assert child.call("ping")["pid"] == child.pid


def test_a_child_that_died_between_calls_is_replaced_unseen(child: Sandbox) -> None:
    child.call("ping")
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert child.call("ping")["pid"] == child.pid


def test_the_child_has_its_limits_and_none_of_our_secrets(child: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    child.call("ping")
    limits = Path(f"/proc/{child.pid}/limits").read_text().splitlines()
    assert any(line.split()[:4] == ["Max", "data", "size", str(512 * 2**20)] for line in limits)
    assert any(line.split()[:5] == ["Max", "core", "file", "size", "0"] for line in limits)
    assert any(line.split()[:4] == ["Max", "file", "size", "0"] for line in limits)
    monkeypatch.setenv("BENIGNA_SECRET", "hush")
    with Sandbox() as fresh:
        fresh.call("ping")
        assert b"hush" not in Path(f"/proc/{fresh.pid}/environ").read_bytes()


def test_a_child_is_replaced_in_time_without_losing_an_answer() -> None:
    with Sandbox() as busy:
        children = {busy.call("ping")["pid"] for _ in range(2_001)}
    assert len(children) == 2


def test_the_child_of_a_large_process_is_not_taken_for_large_itself() -> None:
    large = """
from substances.chemistry.sandbox_client import Sandbox
filled = bytearray(b"x") * (450 * 2**20)
with Sandbox() as child:
    print(len({child.call("ping")["pid"] for _ in range(3)}))
"""
    ran = subprocess.run([sys.executable, "-c", large], capture_output=True, text=True, check=True)
    assert ran.stdout == "1\n"


def test_a_large_request_fits_through_the_pipe(child: Sandbox) -> None:
    error = child.call("read", text="C" * 1_000_000, format="smiles")["error"]
    assert error["code"] == "too_long"


def test_a_forked_process_gets_a_sandbox_of_its_own() -> None:
    mine = sandbox().call("ping")["pid"]
    reader, writer = os.pipe()
    fork = os.fork()
    if fork == 0:
        os.write(writer, str(sandbox().call("ping")["pid"]).encode())
        close_sandbox()
        os._exit(0)
    os.waitpid(fork, 0)
    theirs = int(os.read(reader, 32))
    assert theirs != mine == sandbox().call("ping")["pid"]
    close_sandbox()


def test_a_closed_sandbox_leaves_no_process() -> None:
    with Sandbox() as short:
        pid = short.call("ping")["pid"]
    assert not Path(f"/proc/{pid}").exists()


def test_the_web_process_can_use_texts_and_client_without_rdkit() -> None:
    modules = "identifiers, envelope, formats, messages, sandbox_client"
    code = f"from substances.chemistry import {modules}; import sys; sys.exit('rdkit' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_the_kernels_know_no_django() -> None:
    chemistry = "from substances.chemistry import depict, fingerprints, groups, issues, parse, sandbox, standardise"
    engine = "from substances.similarity.engine import brute"
    code = f"{chemistry}; {engine}; import sys; sys.exit('django' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
