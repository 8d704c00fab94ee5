"""A disk that fills up in mid-run: nothing is raised, whole chunks stay, a new segment follows."""

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from conftest import missing
from recording.sessions import META
from stridesense.errors import InputError
from stridesense.model import Foot, RawPacket
from stridesense.recording.reader import Recording
from stridesense.recording.recover import recover
from stridesense.recording.writer import RecordingWriter
from stridesense.units import NS_PER_S

PACKETS_PER_S = 50
WANTED_BYTES = 150_000


@pytest.fixture
def small_disk(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Path]:
    if os.geteuid() != 0:
        missing("the right to mount a small disk (root)")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = [require_program("mount"), "-t", "tmpfs", "-o", "size=600k", "tmpfs", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        missing("the right to mount a small disk (tmpfs)")
    yield folder
    subprocess.run([require_program("umount"), folder], check=True)


def noisy_packets(seconds: int) -> list[RawPacket]:
    chance = random.Random(seconds)
    times_ns = [tick * NS_PER_S // PACKETS_PER_S for tick in range(seconds * PACKETS_PER_S)]
    return [RawPacket(Foot.LEFT, "sofp", "data", chance.randbytes(120), t_ns) for t_ns in times_ns]


@pytest.mark.parametrize("filler_bytes", [300_000, 301_111, 317_003, 350_007])
def test_a_full_disk_costs_only_what_had_no_room(small_disk: Path, filler_bytes: int) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(filler_bytes))
    packets = noisy_packets(90)
    safe = 0
    problem_s = None
    with RecordingWriter(small_disk / "run.mcap", META, free_bytes_wanted=WANTED_BYTES) as writer:
        for number, packet in enumerate(packets):
            writer.packet(packet)
            if number % PACKETS_PER_S == PACKETS_PER_S - 1:
                writer.flush()
                safe = safe if writer.problem else number + 1
            if writer.problem and problem_s is None:
                problem_s = packet.arrival_ns / NS_PER_S
            if problem_s is not None and packet.arrival_ns / NS_PER_S > problem_s + 10:
                filler.unlink(missing_ok=True)
    assert problem_s is not None
    assert "No space left" in str(writer.problem)
    assert [path.name for path in writer.segments] == ["run.mcap", "run.2.mcap"]

    recording = Recording.open(small_disk / "run.mcap.part")
    read = list(recording.packets())
    assert [segment.path.name for segment in recording.segments] == ["run.mcap.part", "run.2.mcap"]
    assert read[:safe] == packets[:safe]
    assert read[-1] == packets[-1]
    silence_s = max(b.arrival_ns - a.arrival_ns for a, b in pairwise(read)) / NS_PER_S
    assert 9.0 < silence_s < 13.0
    assert len(packets) - writer.lost_messages <= len(read) <= len(packets) - 9 * PACKETS_PER_S


def test_a_disk_that_stays_full_counts_every_packet_and_raises_nothing(small_disk: Path) -> None:
    packets = noisy_packets(120)
    (small_disk / "filler").write_bytes(bytes(400_000))
    with RecordingWriter(small_disk / "run.mcap", META, free_bytes_wanted=0) as writer:
        for packet in packets:
            writer.packet(packet)
    read = list(Recording.open(small_disk / "run.mcap.part").packets())
    assert read == packets[: len(read)]
    assert len(packets) - writer.lost_messages <= len(read) < len(packets)
    assert all(not path.exists() for path in writer.segments)


def test_a_disk_that_is_nearly_full_is_told_before_the_run(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(500_000))
    with (
        pytest.raises(InputError, match=r"has 0\.1 MB left and a recording wants 50\.0 MB"),
        RecordingWriter(small_disk / "run.mcap", META),
    ):
        pass
    assert not (small_disk / "run.mcap.part").exists()


def test_recovering_to_a_full_disk_says_so_and_leaves_nothing(small_disk: Path, tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "run.mcap", META, free_bytes_wanted=0) as writer:
        for packet in noisy_packets(200):
            writer.packet(packet)
    with pytest.raises(InputError, match="No space left"):
        recover(tmp_path / "run.mcap", small_disk / "saved.mcap")
    assert not list(small_disk.iterdir())
