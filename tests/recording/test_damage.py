"""Flipped bits, zeroed blocks and torn tails: all but the damaged chunks is kept, nothing is made up."""

import random
from pathlib import Path

import pytest

from recording.sessions import META, is_subsequence, record, run_packets
from stridesense.errors import InputError, UsageError
from stridesense.model import RawPacket
from stridesense.recording.format import TRUTH_TOPIC
from stridesense.recording.reader import Recording
from stridesense.recording.recover import recover
from stridesense.recording.writer import RecordingWriter

PLACES = 20
KEPT = 0.98


@pytest.fixture(scope="module")
def packets() -> list[RawPacket]:
    return run_packets(200)


@pytest.fixture(scope="module")
def whole(packets: list[RawPacket], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "run.mcap"
    record(path, packets)
    return path.read_bytes()


def flip(content: bytes, place: int, bit: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def zero(content: bytes, place: int, length: int = 4096) -> bytes:
    return content[:place] + bytes(min(length, len(content) - place)) + content[place + length :]


def check_recovered(damaged: bytes, packets: list[RawPacket], folder: Path, kept: float = KEPT) -> None:
    source, result = folder / "run.mcap", folder / "saved.mcap"
    source.write_bytes(damaged)
    report = recover(source, result, force=True)
    saved = Recording.open(result)
    read = list(saved.packets())
    assert source.read_bytes() == damaged
    assert saved.damage is None
    assert saved.meta == META
    assert report.packets == len(read) >= kept * len(packets)
    assert report.lost or len(read) == len(packets)
    assert is_subsequence(read, packets)


@pytest.mark.parametrize("seed", range(PLACES))
def test_a_flipped_bit_costs_no_more_than_its_chunk(
    seed: int, whole: bytes, packets: list[RawPacket], tmp_path: Path
) -> None:
    chance = random.Random(seed)
    check_recovered(flip(whole, chance.randrange(len(whole)), chance.randrange(8)), packets, tmp_path)


@pytest.mark.parametrize("seed", range(PLACES))
def test_a_zeroed_block_costs_no_more_than_the_chunks_it_touches(
    seed: int, whole: bytes, packets: list[RawPacket], tmp_path: Path
) -> None:
    place = random.Random(seed).randrange(len(whole))
    check_recovered(zero(whole, place), packets, tmp_path)


def test_a_recording_that_nobody_flushes_is_cut_into_seconds_as_well(tmp_path: Path) -> None:
    packets = run_packets(200)
    path = tmp_path / "unflushed.mcap"
    with RecordingWriter(path, META, free_bytes_wanted=0) as writer:
        for packet in packets:
            writer.packet(packet)
    content = path.read_bytes()
    for place in (len(content) // 7, len(content) // 3, 4 * len(content) // 5):
        check_recovered(zero(content, place), packets, tmp_path)


def test_a_damaged_beginning_does_not_take_the_rest_with_it(
    whole: bytes, packets: list[RawPacket], tmp_path: Path
) -> None:
    check_recovered(zero(whole, 0), packets, tmp_path)


def test_an_unfinished_recording_keeps_its_channels_when_its_first_chunks_are_gone(
    whole: bytes, packets: list[RawPacket], tmp_path: Path
) -> None:
    torn = zero(whole[: len(whole) * 9 // 10], 0)
    check_recovered(torn, packets, tmp_path, kept=0.85)


def test_no_flipped_bit_in_the_framing_goes_unseen_or_raises(tmp_path: Path) -> None:
    packets = run_packets(4)
    path = tmp_path / "run.mcap"
    record(path, packets)
    content = path.read_bytes()
    path.unlink()
    chance = random.Random(1)
    places = [*range(500), *range(len(content) - 400, len(content))]
    for place in places:
        path.write_bytes(flip(content, place, chance.randrange(8)))
        recording = Recording.open(path)
        read = list(recording.packets())
        assert is_subsequence(read, packets)
        assert len(read) == len(packets) or recording.damage
        assert len(read) >= 0.7 * len(packets)


@pytest.mark.parametrize("seed", range(10))
def test_a_torn_tail_costs_no_more_than_the_chunk_that_it_tears(
    seed: int, whole: bytes, packets: list[RawPacket], tmp_path: Path
) -> None:
    place = random.Random(seed).randrange(1000, len(whole))
    path = tmp_path / "run.mcap.part"
    path.write_bytes(whole[:place])
    recording = Recording.open(path)
    read = list(recording.packets())
    assert read == packets[: len(read)]
    assert len(read) >= len(packets) * place / len(whole) - 3 * 52
    assert recording.damage


def test_a_tail_of_zeros_is_told_and_left_out(whole: bytes, packets: list[RawPacket], tmp_path: Path) -> None:
    path = tmp_path / "run.mcap.part"
    path.write_bytes(whole[: len(whole) // 2] + bytes(65_536))
    recording = Recording.open(path)
    read = list(recording.packets())
    assert read == packets[: len(read)]
    assert len(read) > 0.45 * len(packets)
    assert "unreadable bytes: " in str(recording.damage)


def test_a_whole_recording_recovers_to_itself_and_loses_nothing(
    whole: bytes, packets: list[RawPacket], tmp_path: Path
) -> None:
    (tmp_path / "run.mcap").write_bytes(whole)
    report = recover(tmp_path / "run.mcap", tmp_path / "saved.mcap")
    saved = Recording.open(tmp_path / "saved.mcap")
    assert (report.packets, report.records, report.bad_chunks, report.bytes_skipped) == (
        len(packets),
        1,
        0,
        0,
    )
    assert not report.lost
    assert list(saved.packets()) == packets
    assert list(saved.records(TRUTH_TOPIC)) == [{"foot": "left", "initial_contact_s": 0.25}]


def test_an_interrupted_recording_recovers_beside_itself_under_its_final_name(
    whole: bytes, tmp_path: Path
) -> None:
    part = tmp_path / "run.mcap.part"
    part.write_bytes(whole[: len(whole) // 2])
    report = recover(part, tmp_path / "run.mcap")
    assert report.lost
    assert part.read_bytes() == whole[: len(whole) // 2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.mcap", "run.mcap.part"]


def test_recover_never_writes_over_its_source_or_unasked_over_anything(whole: bytes, tmp_path: Path) -> None:
    source, other = tmp_path / "run.mcap", tmp_path / "other.mcap"
    source.write_bytes(whole)
    other.write_bytes(b"dear")
    with pytest.raises(UsageError, match="name another file"):
        recover(source, source, force=True)
    with pytest.raises(UsageError, match="exists already"):
        recover(source, other)
    assert source.read_bytes() == whole
    assert other.read_bytes() == b"dear"
    assert recover(source, other, force=True).packets > 0


def test_nothing_to_recover_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.mcap").write_bytes(bytes(10_000))
    with pytest.raises(InputError, match="not an MCAP file"):
        recover(tmp_path / "run.mcap", tmp_path / "saved.mcap")
    assert [path.name for path in tmp_path.iterdir()] == ["run.mcap"]
