from io import BytesIO
from pathlib import Path

import pytest
from mcap.writer import Writer

from recording.sessions import META, record, run_packets
from stridesense.errors import InputError
from stridesense.model import RawPacket
from stridesense.recording.format import SessionMeta
from stridesense.recording.reader import Recording
from stridesense.recording.recover import recover
from stridesense.recording.writer import RecordingWriter


def mcap_of(
    profile: str,
    *,
    chunked: bool = True,
    foot: str = "",
    data: bytes = b"{}",
    metadata: dict[str, str] | None = None,
) -> bytes:
    file = BytesIO()
    writer = Writer(file, use_chunking=chunked)
    writer.start(profile)
    if metadata:
        writer.add_metadata("session", metadata)
    writer.add_message(
        writer.register_channel("/odometry", "json", 0, {"foot": foot} if foot else {}), 1, data, 1
    )
    writer.finish()
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"t_s,acc_x\n0,1\n", "is not an MCAP file"),
        (bytes(5000), "is not an MCAP file"),
        (mcap_of("ros2"), "profile 'ros2', not 'stridesense'"),
        (mcap_of("ros2", foot="third"), "profile 'ros2', not 'stridesense'"),
        (mcap_of(""), r"profile '\(none\)'"),
        (mcap_of("stridesense", chunked=False), "outside of chunks"),
    ],
)
def test_what_is_no_recording_is_refused_in_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "run.mcap"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence) as caught:
        Recording.open(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        Recording.open(tmp_path / "run.mcap")
    with pytest.raises(InputError, match="is a folder"):
        Recording.open(tmp_path)


def test_an_interrupted_recording_is_pointed_at(tmp_path: Path) -> None:
    (tmp_path / "run.mcap.part").write_bytes(b"x")
    with pytest.raises(InputError, match=r"but the interrupted run\.mcap\.part does"):
        Recording.open(tmp_path / "run.mcap")


def test_segments_of_one_session_read_as_one_and_the_gap_shows_in_the_times(tmp_path: Path) -> None:
    packets = run_packets(9)
    before, after = packets[:100], packets[300:]
    record(tmp_path / "whole.mcap", before)
    whole = (tmp_path / "whole.mcap").read_bytes()
    (tmp_path / "run.mcap.part").write_bytes(whole[: len(whole) // 2])
    record(tmp_path / "run.2.mcap", after)
    recording = Recording.open(tmp_path / "run.mcap.part")
    read = list(recording.packets())
    assert read[-len(after) :] == after
    assert read[: -len(after)] == before[: len(read) - len(after)]
    assert [segment.path.name for segment in recording.segments] == ["run.mcap.part", "run.2.mcap"]
    assert recording.damage is not None


def test_a_finished_recording_is_not_continued_by_a_neighbour(tmp_path: Path) -> None:
    packets = run_packets(2)
    record(tmp_path / "run.mcap", packets)
    record(tmp_path / "run.2.mcap", packets)
    assert list(Recording.open(tmp_path / "run.mcap").packets()) == packets


def test_an_interrupted_recording_is_not_continued_by_another_session(tmp_path: Path) -> None:
    packets = run_packets(2)
    record(tmp_path / "whole.mcap", packets)
    (tmp_path / "run.mcap.part").write_bytes((tmp_path / "whole.mcap").read_bytes()[:-500])
    record(tmp_path / "run.2.mcap", packets, SessionMeta("other", META.anchor_unix_ns, "test"))
    assert len(Recording.open(tmp_path / "run.mcap.part").segments) == 1


def test_channels_that_are_not_ours_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    path.write_bytes(mcap_of("stridesense", foot="third"))
    recording = Recording.open(path)
    assert list(recording.messages()) == []
    assert "channels left out as they are not described: 1" in str(recording.damage)


def interrupted(path: Path, packets: list[RawPacket]) -> None:
    """A segment as a full disk leaves it: all chunks, no end."""
    with RecordingWriter(path, META, free_bytes_wanted=0, overwrite=True) as writer:
        for packet in packets:
            writer.packet(packet)
        writer.flush()
        content = path.with_name(path.name + ".part").read_bytes()
    path.unlink()
    path.with_name(path.name + ".part").write_bytes(content)


@pytest.mark.parametrize("name", ["run.3.mcap", "run.3.mcap.part"])
@pytest.mark.parametrize("length", [0, 30, 5000])
@pytest.mark.parametrize("torn", [True, False])
def test_a_segment_that_cannot_be_read_costs_only_itself_and_is_told(
    tmp_path: Path, name: str, length: int, *, torn: bool
) -> None:
    packets = run_packets(6)
    interrupted(tmp_path / "run.mcap", packets[:100])
    interrupted(tmp_path / "run.2.mcap", packets[100:200])
    record(tmp_path / "run.4.mcap", packets[200:])
    begun = (tmp_path / "run.2.mcap.part").read_bytes()[:30]
    (tmp_path / name).write_bytes(begun[:length] if torn else bytes(length))
    recording = Recording.open(tmp_path / "run.mcap.part")
    assert list(recording.packets()) == packets
    assert f"{name}: unreadable, left out" in str(recording.damage)
    report = recover(tmp_path / "run.mcap.part", tmp_path / "saved.mcap")
    assert report.packets == len(packets)
    assert report.lost
    assert report.left_out == (f"{name}: unreadable, left out",)


@pytest.mark.parametrize("foreign", [True, False])
def test_a_hole_among_the_segments_is_told_and_the_later_ones_are_read(
    tmp_path: Path, *, foreign: bool
) -> None:
    packets = run_packets(6)
    interrupted(tmp_path / "run.mcap", packets[:100])
    record(tmp_path / "run.3.mcap", packets[200:])
    if foreign:
        record(tmp_path / "run.2.mcap", packets, SessionMeta("other", META.anchor_unix_ns, "test"))
    recording = Recording.open(tmp_path / "run.mcap.part")
    assert list(recording.packets()) == packets[:100] + packets[200:]
    told = "run.2.mcap: of another session" if foreign else "missing before run.3.mcap: 1 file"
    assert told in str(recording.damage)
    assert recover(tmp_path / "run.mcap.part", tmp_path / "saved.mcap").lost


def test_a_session_of_no_possible_time_counts_from_its_first_message(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    foreign = SessionMeta("far", 10**25, "elsewhere").to_metadata()
    path.write_bytes(mcap_of("stridesense", metadata=foreign))
    recording = Recording.open(path)
    assert [message.t_ns for message in recording.messages()] == [0]
    assert "the session's description is lost" in str(recording.damage)


@pytest.mark.parametrize("data", [b"{not JSON", b'{"contact_time_s":NaN}', b"\xff", b"[" * 100_000])
def test_a_record_of_another_program_that_is_no_json_is_counted_and_not_saved(
    tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "run.mcap"
    path.write_bytes(mcap_of("stridesense", data=data, metadata=META.to_metadata()))
    report = recover(path, tmp_path / "saved.mcap")
    assert (report.records, report.bad_records, report.lost) == (0, 1, True)
    assert Recording.open(tmp_path / "saved.mcap").damage is None
