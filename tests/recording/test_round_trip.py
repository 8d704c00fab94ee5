import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader

from recording.sessions import META, record, run_packets
from stridesense.errors import InputError, UsageError
from stridesense.model import Foot, RawPacket
from stridesense.recording.format import CUE_TOPIC, TRUTH_TOPIC
from stridesense.recording.reader import Recording
from stridesense.recording.writer import RecordingWriter

NAMES = st.text("abcdefghij_", min_size=1, max_size=8)
PACKETS = st.builds(
    RawPacket,
    foot=st.sampled_from(Foot),
    protocol=NAMES,
    characteristic=NAMES | st.just("data"),
    payload=st.binary(max_size=300),
    arrival_ns=st.integers(0, 10**15),
)


@settings(max_examples=60, deadline=None)
@given(packets=st.lists(PACKETS, max_size=40), flush_after=st.integers(0, 40))
def test_any_packets_come_back_exactly_and_in_order(
    packets: list[RawPacket], flush_after: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "run.mcap"
    with RecordingWriter(path, META, free_bytes_wanted=0) as writer:
        for number, packet in enumerate(packets):
            writer.packet(packet)
            if number == flush_after:
                writer.flush()
    recording = Recording.open(path)
    assert list(recording.packets()) == packets
    assert recording.meta == META
    assert recording.damage is None


def test_records_come_back_by_topic_and_keep_their_place_among_packets(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    packet = RawPacket(Foot.LEFT, "sofp", "data", b"\x01", 7)
    with RecordingWriter(path, META, free_bytes_wanted=0) as writer:
        writer.json(TRUTH_TOPIC, 1, {"foot": "left", "contact_time_s": 0.2})
        writer.packet(packet)
        writer.json(CUE_TOPIC, 9, {"type": "cue", "text": "légère"})
    recording = Recording.open(path)
    assert list(recording.records(TRUTH_TOPIC)) == [{"foot": "left", "contact_time_s": 0.2}]
    assert list(recording.records(CUE_TOPIC)) == [{"type": "cue", "text": "légère"}]
    assert [(message.channel.topic, message.t_ns) for message in recording.messages()] == [
        ("/truth", 1),
        ("/raw/left", 7),
        ("/event/cue", 9),
    ]


def test_any_mcap_reader_finds_topics_encodings_and_the_session(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    record(path, [RawPacket(Foot.LEFT, "sofp", "config", b"c", 0), *run_packets(3)])
    with path.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        messages = list(reader.iter_messages())
        metadata = {record.name: record.metadata for record in reader.iter_metadata()}
        header = reader.get_header()
    assert header.profile == "stridesense"
    assert metadata["session"]["session_id"] == "5e55"
    assert {(c.topic, c.message_encoding) for _, c, _ in messages} == {
        ("/raw/left/config", "application/octet-stream"),
        ("/raw/left", "application/octet-stream"),
        ("/raw/right", "application/octet-stream"),
        ("/truth", "json"),
    }
    _, channel, first = messages[0]
    assert channel.metadata == {"protocol": "sofp", "foot": "left", "characteristic": "config"}
    assert first.log_time == META.anchor_unix_ns


def test_the_file_is_called_part_until_it_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    part = tmp_path / "run.mcap.part"
    with RecordingWriter(path, META, free_bytes_wanted=0) as writer:
        assert part.exists()
        assert not path.exists()
        writer.packet(RawPacket(Foot.LEFT, "sofp", "data", b"\x01", 7))
    assert path.exists()
    assert not part.exists()
    assert writer.segments == (path,)


def test_an_error_inside_the_run_still_finishes_the_file(tmp_path: Path) -> None:
    packets = run_packets(2)

    def run() -> None:
        with RecordingWriter(tmp_path / "run.mcap", META, free_bytes_wanted=0) as writer:
            for packet in packets:
                writer.packet(packet)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert list(Recording.open(tmp_path / "run.mcap").packets()) == packets


def test_what_is_flushed_can_be_read_while_the_recording_goes_on(tmp_path: Path) -> None:
    packets = run_packets(2)
    with RecordingWriter(tmp_path / "run.mcap", META, free_bytes_wanted=0) as writer:
        for packet in packets:
            writer.packet(packet)
        writer.flush()
        running = Recording.open(tmp_path / "run.mcap.part")
        assert list(running.packets()) == packets
        assert running.damage == "run.mcap.part: interrupted, the last second may be missing"


def test_a_third_of_an_hour_of_two_feet_opens_and_reads_in_a_second(tmp_path: Path) -> None:
    packets = run_packets(1200)
    record(tmp_path / "run.mcap", packets)
    began_s = time.process_time()
    count = sum(1 for _ in Recording.open(tmp_path / "run.mcap").packets())
    assert count == len(packets)
    assert time.process_time() - began_s < 1.5


@pytest.mark.parametrize("there", ["run.mcap", "run.mcap.part", "run.2.mcap", "run.3.mcap.part"])
def test_nothing_recorded_before_is_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_bytes(b"dear")
    with pytest.raises(UsageError, match=there):
        RecordingWriter(tmp_path / "run.mcap", META)
    assert (tmp_path / there).read_bytes() == b"dear"


@pytest.mark.parametrize("first_ends_before", [True, False])
def test_of_two_runs_of_one_name_the_later_is_refused_and_the_first_is_whole(
    tmp_path: Path, *, first_ends_before: bool
) -> None:
    packets = run_packets(2)
    path = tmp_path / "run.mcap"
    later = RecordingWriter(path, META, free_bytes_wanted=0)
    with RecordingWriter(path, META, free_bytes_wanted=0) as first:
        for packet in packets:
            first.packet(packet)
        if first_ends_before:
            first.finish()
        with pytest.raises(UsageError, match="begun by another run: name another file"):
            later.__enter__()
    assert list(Recording.open(path).packets()) == packets
    assert [file.name for file in tmp_path.iterdir()] == ["run.mcap"]


@pytest.mark.skipif(sys.platform == "win32", reason="part files are not locked on Windows")
def test_not_even_force_takes_the_file_of_a_run_that_goes_on(tmp_path: Path) -> None:
    packets = run_packets(2)
    path = tmp_path / "run.mcap"
    with RecordingWriter(path, META, free_bytes_wanted=0) as first:
        for packet in packets:
            first.packet(packet)
        first.flush()
        with (
            pytest.raises(UsageError, match="is being written by another run"),
            RecordingWriter(path, META, free_bytes_wanted=0, overwrite=True),
        ):
            pass
    assert list(Recording.open(path).packets()) == packets


def test_force_replaces_what_an_interrupted_run_left(tmp_path: Path) -> None:
    packets = run_packets(2)
    (tmp_path / "run.mcap.part").write_bytes(bytes(1 << 20))
    with RecordingWriter(tmp_path / "run.mcap", META, free_bytes_wanted=0, overwrite=True) as writer:
        for packet in packets:
            writer.packet(packet)
    recording = Recording.open(tmp_path / "run.mcap")
    assert list(recording.packets()) == packets
    assert recording.damage is None


def test_a_recording_has_to_be_named_mcap(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"NAME\.mcap, not run\.csv"):
        RecordingWriter(tmp_path / "run.csv", META)


def test_too_little_space_is_said_before_the_run(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="make space"),
        RecordingWriter(tmp_path / "run.mcap", META, free_bytes_wanted=1 << 60),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_a_folder_that_does_not_exist_is_said_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"), RecordingWriter(tmp_path / "no" / "run.mcap", META):
        pass
