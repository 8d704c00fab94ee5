"""The committed recordings give the strides they gave before; an intended change says --update-golden."""

import json
from pathlib import Path
from typing import Any

import pytest

from coached import eager_pipeline
from stridesense.model import Cue, Stride
from stridesense.recording.reader import Recording

HERE = Path(__file__).parent
NAMES = ("easy_run", "held_heel", "walk_run_stop")
TOLERANCE = 1e-6
"""Other machines' libraries may round sines otherwise; a sample is 5e-3 s."""


def records(path: Path) -> list[dict[str, Any]]:
    """The strides and cues of a recording, as plain values."""
    pipeline = eager_pipeline()
    out = [outcome for packet in Recording.open(path).packets() for outcome in pipeline.process(packet)]
    out += pipeline.flush()
    strides = [outcome.to_record() for outcome in out if isinstance(outcome, Stride)]
    cues = [{"type": "cue", "t_s": cue.t_s, "text": cue.text} for cue in out if isinstance(cue, Cue)]
    return json.loads(json.dumps(strides + cues))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_its_golden_strides(
    name: str, checkout: Path, request: pytest.FixtureRequest
) -> None:
    seen = records(checkout / "recordings" / f"{name}.mcap")
    golden = HERE / f"{name}.jsonl"
    if request.config.getoption("--update-golden"):
        golden.write_text("".join(json.dumps(record) + "\n" for record in seen))
    known = [json.loads(line) for line in golden.read_text().splitlines()]
    assert len(seen) == len(known)
    for ours, theirs in zip(seen, known, strict=True):
        assert ours.keys() == theirs.keys()
        for key, value in theirs.items():
            assert ours[key] == (pytest.approx(value, abs=TOLERANCE) if isinstance(value, float) else value)
