"""The recordings that come along are whole, and are what their sidecars say."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from stridesense.model import Stride
from stridesense.pipeline import Pipeline
from stridesense.recording.reader import Recording
from stridesense.runtime.session import SessionReport, outcomes

FOLDER = Path(__file__).resolve().parents[2] / "recordings"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.mcap")), ids=lambda path: path.stem)
def test_a_shipped_recording_is_what_its_sidecar_says(path: Path) -> None:
    recording = Recording.open(path)
    sidecar = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    assert recording.damage is None
    assert recording.meta.details["scenario"] == sidecar["scenario"]["name"]
    assert Counter(packet.foot for packet in recording.packets()) == sidecar["packets"]
    assert Counter(truth["foot"] for truth in recording.records("/truth")) == sidecar["strides"]


def test_every_stride_of_the_easy_run_is_found() -> None:
    recording = Recording.open(FOLDER / "easy_run.mcap")
    found = outcomes(recording.packets(), Pipeline(), SessionReport())
    landings_s = [item.initial_contact_s for item in found if isinstance(item, Stride)]
    truth_s = [float(str(truth["initial_contact_s"])) for truth in recording.records("/truth")]
    missed = [at_s for at_s in truth_s if min(abs(at_s - landing_s) for landing_s in landings_s) > 0.05]
    assert len(missed) <= 1
    assert len(landings_s) <= len(truth_s) + 1
