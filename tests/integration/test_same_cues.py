"""What was said live is said again by a replay, at any speed, from the recording alone."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from stridesense.coaching.briefing import Briefing, LegBriefing
from stridesense.coaching.settings import CoachSettings
from stridesense.model import Foot, Instruction, Order, RawPacket
from stridesense.recording.format import SessionMeta
from stridesense.recording.reader import Recording
from stridesense.runtime.clock import VirtualClock
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.pacing import Paced
from stridesense.runtime.session import SessionReport, outcomes, run_session
from stridesense.runtime.setup import Setup, recorded_setup
from stridesense.simulator import load, simulate
from stridesense.sinks.recorder import Recorder
from stridesense.sources.base import Source
from stridesense.sources.replay import ReplaySource

BRIEFING = Briefing(
    coach=CoachSettings(
        warm_up_s=0.0, probe_s=10.0, probe_every_s=60.0, same_cue_gap_s=20.0, any_cue_gap_s=15.0
    ),
    legs={Foot.LEFT: LegBriefing(largest_load=60.0), Foot.RIGHT: LegBriefing(largest_load=1000.0)},
    started_unix_s=1.7e9,
    sessions=3,
)


class Live(Source):
    """Packets as they came in a run, and the runner's words in between."""

    def __init__(self, items: Sequence[RawPacket | Instruction]) -> None:
        self._items = items

    async def __aiter__(self) -> AsyncIterator[RawPacket | Instruction]:
        for item in self._items:
            yield item


def flow(seed: int) -> list[RawPacket | Instruction]:
    """Held heels, heels down, a radio that loses some, packets in bursts, and a runner who wants silence."""
    scenario = load("demo")
    radio = scenario.radio.model_copy(update={"loss_percent": 0.5, "reorder_percent": 1.0, "stalls": 2})
    scenario = scenario.model_copy(update={"radio": radio, "seed": seed})
    items: list[RawPacket | Instruction] = list(simulate(scenario).packets())
    for share, order in ((0.4, Order.MUTE), (0.55, Order.UNMUTE)):
        at = int(share * len(items))
        items.insert(at, Instruction(order=order, arrival_ns=items[at].arrival_ns))
    return items


async def recorded(path: Path, seed: int) -> SessionReport:
    """A run with its recording."""
    setup = Setup(briefing=BRIEFING)
    recorder = Recorder(path, SessionMeta.new("run"), setup=setup.to_record())
    return await run_session(Live(flow(seed)), setup.pipeline(), [recorder], SessionDesk())


async def replayed(path: Path, speed: float | None) -> SessionReport:
    recording = Recording.open(path)
    setup = recorded_setup(recording, path)
    assert setup is not None
    source: Source = ReplaySource(recording)
    if speed is not None:
        source = Paced(source, speed=speed, clock=VirtualClock())
    return await run_session(source, setup.pipeline(), [], SessionDesk())


@pytest.mark.parametrize("seed", [7, 8])
async def test_a_replay_says_what_was_said_at_any_speed(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "run.mcap"
    live = await recorded(path, seed)
    assert live.coach is not None
    assert {cue.cue_id for cue in live.cues} >= {"heel_held", "load_red"}
    for speed in (1.0, 10.0, None):
        again = await replayed(path, speed)
        assert again.cues == live.cues
        assert again.coach == live.coach
    assert list(Recording.open(path).records("/event/cue")) == [cue.to_record() for cue in live.cues]


async def test_what_the_runner_said_is_obeyed_again(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    live = await recorded(path, 7)
    deaf = [item for item in Recording.open(path).flow() if isinstance(item, RawPacket)]
    setup = Setup(briefing=BRIEFING)
    report = SessionReport()
    list(outcomes(deaf, setup.pipeline(), report))
    told = [item for item in Recording.open(path).flow() if isinstance(item, Instruction)]
    assert [one.order for one in told] == [Order.MUTE, Order.UNMUTE]
    assert report.coach is not None
    assert live.coach is not None
    assert report.coach.cue_log_sha256 != live.coach.cue_log_sha256


SCRIPT = """
import sys, json
from pathlib import Path
from stridesense.model import Cue, CoachReport
from stridesense.recording.reader import Recording
from stridesense.runtime.session import SessionReport, outcomes
from stridesense.runtime.setup import recorded_setup
path = Path(sys.argv[1])
recording, report = Recording.open(path), SessionReport()
list(outcomes(recording.flow(), recorded_setup(recording, path).pipeline(), report))
print(report.coach.cue_log_sha256)
"""


async def test_another_process_with_other_hashes_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    live = await recorded(path, 8)
    assert live.coach is not None
    for hash_seed in ("1", "2"):
        result = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", SCRIPT, str(path)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        assert result.stdout.strip() == live.coach.cue_log_sha256
