from io import BytesIO
from pathlib import Path

import pytest
from mcap.writer import Writer

from recording.sessions import META, record, run_packets
from stridesense.errors import InputError
from stridesense.recording.format import SessionMeta
from stridesense.recording.reader import Recording


def mcap_of(profile: str, *, chunked: bool = True, foot: str = "") -> bytes:
    file = BytesIO()
    writer = Writer(file, use_chunking=chunked)
    writer.start(profile)
    writer.add_message(
        writer.register_channel("/odometry", "json", 0, {"foot": foot} if foot else {}), 1, b"{}", 1
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
