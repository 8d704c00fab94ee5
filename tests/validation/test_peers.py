"""Other people's programs are started beside each other and cannot disturb one another."""

import sys
from pathlib import Path

import pytest

from stridesense.validation.peers import NotRun, Peer, heard_by
from stridesense.validation.quantities import CONTACT_TIME, INITIAL_CONTACT, TOE_OFF
from validation.making import trial, true_strides

ANSWERS = """
import json, sys
from pathlib import Path
for samples in sys.argv[2:]:
    (Path(sys.argv[1]) / f"{{Path(samples).stem}}.json").write_text(json.dumps({answer}))
"""


def peer(folder: Path, text: str) -> Peer:
    """A program of its own name in a folder of its own."""
    folder.mkdir()
    program = folder / "peer_program.py"
    program.write_text(text, "utf-8")
    return Peer(program, Path(sys.executable))


def late_by(late_s: float, method: str) -> str:
    strides = true_strides()
    landings = [stride.initial_contact_s + late_s for stride in strides]
    leavings = [stride.terminal_contact_s for stride in strides]
    events = {"initial_contact_s": landings, "terminal_contact_s": leavings}
    return ANSWERS.format(answer=[{"method": method, **events}])


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    return folder


def test_peers_whose_programs_have_the_same_name_are_both_heard(tmp_path: Path, samples: Path) -> None:
    early = peer(tmp_path / "one", late_by(-0.002, "early"))
    late = peer(tmp_path / "other", late_by(0.010, "late"))
    methods, not_run = heard_by([early, late], [trial()], samples)
    assert not_run == []
    assert [method.name for method in methods] == ["early", "late"]
    for method, late_ms in zip(methods, (-2.0, 10.0), strict=True):
        (on_case,) = method.on_cases
        assert (on_case.found, on_case.true) == (len(true_strides()), len(true_strides()))
        assert on_case.errors[INITIAL_CONTACT] == pytest.approx(late_ms)
        assert on_case.errors[TOE_OFF] == pytest.approx(0.0)
        assert on_case.errors[CONTACT_TIME] == pytest.approx(-late_ms)


def test_a_program_that_is_listed_twice_is_heard_twice(tmp_path: Path, samples: Path) -> None:
    twice = [peer(tmp_path / "one", late_by(0.0, "same"))] * 2
    methods, not_run = heard_by(twice, [trial()], samples)
    assert not_run == []
    assert [method.name for method in methods] == ["same", "same"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise SystemExit('it has a headache')", "it has a headache"),
        ("raise SystemExit(1)", "it failed without a word"),
        ("", "its answer cannot be read: FileNotFoundError"),
        (ANSWERS.format(answer=[{"method": "x"}]), "its answer cannot be read: KeyError"),
    ],
)
def test_a_peer_that_fails_is_named_and_the_others_are_heard(
    text: str, reason: str, tmp_path: Path, samples: Path
) -> None:
    peers = [peer(tmp_path / "bad", text), peer(tmp_path / "good", late_by(0.0, "good"))]
    methods, (not_run,) = heard_by(peers, [trial()], samples)
    assert [method.name for method in methods] == ["good"]
    assert isinstance(not_run, NotRun)
    assert not_run.name == "peer_program"
    assert not_run.reason.startswith(reason)
