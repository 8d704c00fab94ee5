"""What was recorded comes back as it was."""

from pathlib import Path

import pytest

from stridesense.errors import InputError
from stridesense.model import RawPacket
from stridesense.recording.format import SessionMeta
from stridesense.recording.writer import RecordingWriter
from stridesense.simulator import load, simulate
from stridesense.sources.base import Source
from stridesense.sources.replay import ReplaySource, open_recorded
from stridesense.sources.simulated import SimulatedSource

SCENARIO = load("easy_run").shortened(3.0)


async def received(source: Source) -> list[RawPacket]:
    async with source:
        return [packet async for packet in source]


async def test_a_simulated_source_is_its_scenario() -> None:
    assert await received(SimulatedSource(SCENARIO)) == list(simulate(SCENARIO).packets())


async def test_a_recording_of_it_replays_the_same_packets(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    with RecordingWriter(path, SessionMeta.new("test")) as recording:
        for packet in simulate(SCENARIO).packets():
            recording.packet(packet)
    source = ReplaySource(open_recorded(path))
    assert await received(source) == list(simulate(SCENARIO).packets())
    assert await received(source) == list(simulate(SCENARIO).packets())


async def test_a_csv_is_known_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "RUN.CSV"
    rows = "".join(f"{i / 100},0,0,9.8,0,0,0\n" for i in range(100))
    path.write_text(f"t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n{rows}", encoding="utf-8")
    packets = await received(ReplaySource(open_recorded(path)))
    assert {packet.protocol for packet in packets} == {"samples"}
    with pytest.raises(InputError, match="not an MCAP file"):
        open_recorded(path.rename(tmp_path / "run.mcap"))
