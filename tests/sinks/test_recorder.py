import asyncio
import os
import time
from pathlib import Path

import pytest

from recording.sessions import META, run_packets
from stridesense.errors import UsageError
from stridesense.model import Cue, CueKind, Foot, Gait, Malformed, RawPacket, Stride, Theme
from stridesense.recording.reader import Recording
from stridesense.sinks.recorder import BUFFER_ITEMS, Recorder

STRIDE = Stride(
    foot=Foot.LEFT,
    index=3,
    gait=Gait.RUN,
    initial_contact_s=1.0,
    terminal_contact_s=1.2,
    contact_time_s=0.2,
    quality=0.9,
)
CUE = Cue(
    cue_id="c1",
    theme=Theme.HEEL,
    kind=CueKind.CORRECTION,
    foot=Foot.LEFT,
    t_s=1.3,
    text="let the heel kiss down",
    reason="held in 6 of 10",
    metric="heel_state",
    value=0.6,
    window_strides=10,
    valid_for_s=4.0,
)


async def test_packets_strides_and_cues_are_recorded_in_the_order_given(tmp_path: Path) -> None:
    packets = run_packets(1)
    async with Recorder(tmp_path / "run.mcap", META, free_bytes_wanted=0) as recorder:
        for packet in packets:
            await recorder.handle(packet)
        for item in (STRIDE, Malformed(Foot.LEFT, 0, "short"), CUE):
            await recorder.handle(item)
    recording = Recording.open(tmp_path / "run.mcap")
    assert list(recording.packets()) == packets
    assert list(recording.records("/event/stride")) == [STRIDE.to_record()]
    (cue,) = recording.records("/event/cue")
    assert (cue["type"], cue["foot"], cue["text"]) == ("cue", "left", "let the heel kiss down")
    topics = [message.channel.topic for message in recording.messages()]
    assert topics[-2:] == ["/event/stride", "/event/cue"]
    assert [message.t_ns for message in recording.messages()][-1] == packets[-1].arrival_ns
    assert recorder.lost_messages == 0
    assert recorder.problem is None


async def test_a_cancelled_run_leaves_a_finished_recording(tmp_path: Path) -> None:
    packets = run_packets(1)

    async def run() -> None:
        async with Recorder(tmp_path / "run.mcap", META, free_bytes_wanted=0) as recorder:
            for packet in packets:
                await recorder.handle(packet)
            await asyncio.sleep(60)

    task = asyncio.create_task(run())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    recording = Recording.open(tmp_path / "run.mcap")
    assert list(recording.packets()) == packets
    assert recording.damage is None


async def test_what_was_handed_over_is_on_the_disk_within_a_second(tmp_path: Path) -> None:
    packets = run_packets(1)
    async with Recorder(tmp_path / "run.mcap", META, free_bytes_wanted=0) as recorder:
        for packet in packets:
            await recorder.handle(packet)
        await asyncio.sleep(1.0)
        assert list(Recording.open(tmp_path / "run.mcap.part").packets()) == packets


async def test_a_disk_that_stalls_for_two_seconds_loses_nothing_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets = run_packets(4)
    fsync = os.fsync

    def slow_fsync(descriptor: int) -> None:
        time.sleep(2.0)
        fsync(descriptor)

    async with Recorder(tmp_path / "run.mcap", META, free_bytes_wanted=0) as recorder:
        monkeypatch.setattr(os, "fsync", slow_fsync)
        delays_s = []
        for packet in packets:
            began_s = time.perf_counter()
            await asyncio.sleep(0.01)
            await recorder.handle(packet)
            delays_s.append(time.perf_counter() - began_s - 0.01)
        monkeypatch.setattr(os, "fsync", fsync)
    assert sorted(delays_s)[len(delays_s) * 99 // 100] < 0.05
    assert recorder.lost_messages == 0
    assert list(Recording.open(tmp_path / "run.mcap").packets()) == packets


async def test_a_disk_that_stalls_for_too_long_costs_what_has_no_room_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packet = RawPacket(Foot.LEFT, "sofp", "data", b"\x01", 0)
    surplus = 100
    fsync = os.fsync
    resumed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stuck_fsync(descriptor: int) -> None:
        asyncio.run_coroutine_threadsafe(resumed.wait(), loop).result()
        fsync(descriptor)

    async with Recorder(tmp_path / "run.mcap", META, free_bytes_wanted=0) as recorder:
        monkeypatch.setattr(os, "fsync", stuck_fsync)
        await asyncio.sleep(1.0)
        for _ in range(BUFFER_ITEMS + surplus):
            await recorder.handle(packet)
        await recorder.handle(STRIDE)
        await recorder.handle(CUE)
        resumed.set()
    assert recorder.lost_messages == surplus + 2
    assert recorder.problem == "the disk was too slow for too long"
    assert sum(1 for _ in Recording.open(tmp_path / "run.mcap").packets()) == BUFFER_ITEMS


async def test_a_recording_that_cannot_begin_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "run.mcap").write_bytes(b"dear")
    with pytest.raises(UsageError, match="exists already"):
        Recorder(tmp_path / "run.mcap", META)
