from pathlib import Path

import pytest

from recording.sessions import META, record, run_packets
from stridesense.model import Foot, RawPacket
from stridesense.recording.format import CUE_TOPIC
from stridesense.recording.reader import Recording
from stridesense.recording.summary import Silence, summarise
from stridesense.recording.writer import RecordingWriter


def test_a_summary_counts_feet_topics_and_time(tmp_path: Path) -> None:
    packets = [RawPacket(Foot.LEFT, "sofp", "config", b"c", 0), *run_packets(10)]
    record(tmp_path / "run.mcap", packets)
    summary = summarise(Recording.open(tmp_path / "run.mcap"))
    assert summary.meta == META
    assert summary.feet == {Foot.LEFT: 261, Foot.RIGHT: 260}
    assert summary.protocols == ("sofp",)
    assert summary.packets == 521
    assert summary.duration_s == pytest.approx(9.96, abs=0.01)
    assert summary.packet_rate_hz == pytest.approx(52.3, abs=0.1)
    assert summary.messages == {"/raw/left": 260, "/raw/left/config": 1, "/raw/right": 260, "/truth": 1}
    assert summary.silences == ()
    assert (summary.segments, summary.damage) == (1, None)


def test_a_foot_that_falls_silent_is_told_although_the_other_goes_on(tmp_path: Path) -> None:
    packets = [p for p in run_packets(8) if p.foot is Foot.LEFT or not 2e9 < p.arrival_ns < 5e9]
    record(tmp_path / "run.mcap", packets)
    (silence,) = summarise(Recording.open(tmp_path / "run.mcap")).silences
    assert silence.foot is Foot.RIGHT
    assert (silence.start_s, silence.end_s) == pytest.approx((1.96, 5.0), abs=0.05)
    assert isinstance(silence, Silence)


def test_an_empty_recording_and_one_of_cues_alone_have_summaries_too(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "empty.mcap", META, free_bytes_wanted=0):
        pass
    empty = summarise(Recording.open(tmp_path / "empty.mcap"))
    assert (empty.packets, empty.duration_s, empty.packet_rate_hz, empty.damage) == (0, 0.0, 0.0, None)
    with RecordingWriter(tmp_path / "cues.mcap", META, free_bytes_wanted=0) as writer:
        writer.json(CUE_TOPIC, 5, {"text": "quick, light feet"})
    assert summarise(Recording.open(tmp_path / "cues.mcap")).messages == {"/event/cue": 1}
