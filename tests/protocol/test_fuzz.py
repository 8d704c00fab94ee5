"""Bytes that no pod would send: nothing is raised, all is counted, nothing grows, the other foot goes on.

`benchmarks/frames.py` makes them, and tries forty times as many.
"""

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from protocol.decoding import blocks, fingerprint, gaps, malformed
from protocol.packer import Pod
from stridesense.model import Foot, PodReading, PodReport
from stridesense.protocol import registry
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.decoder import Decoder

PROGRAMS = Path(__file__).resolve().parents[2] / "benchmarks"
PACKETS = 5_000
LARGEST_STATE_BYTES = 400_000
"""Two seconds of a Polar's samples, 256 packets that are known again, and as much of Python's own."""

every_pod = pytest.mark.parametrize("protocol", registry.names())


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PROGRAMS))
    import frames

    return frames


def accounted(counters: StreamCounters) -> int:
    return counters.malformed + counters.duplicates + counters.late + counters.samples + counters.gaps


@every_pod
@pytest.mark.filterwarnings("error")
def test_broken_packets_raise_nothing_and_are_counted(making: ModuleType, protocol: str) -> None:
    decoder, items, before = Decoder(), [], 0
    for number, packet in enumerate(making.mutated(protocol, PACKETS, seed=3), start=1):
        items += decoder.process(packet)
        if number % 500 == 0:
            counters = decoder.counters[Foot.LEFT]
            assert counters.packets == number
            assert accounted(counters) > before or protocol == "rsc"
            before = accounted(counters)
            assert len(pickle.dumps(decoder.state)) < LARGEST_STATE_BYTES
    items += decoder.flush()
    counters = decoder.counters[Foot.LEFT]
    found = blocks(items)
    assert counters.malformed == len(malformed(items)) > PACKETS // 50
    assert counters.samples == sum(len(block) for block in found)
    assert counters.gaps == len(gaps(items))
    assert sum(counters.lost.values()) == sum(gap.missing_samples for gap in gaps(items))
    if protocol == "rsc":
        assert sum(isinstance(item, PodReading) for item in items) > PACKETS // 4
    elif protocol != "xiao_aa55":  # without a gyroscope, none of its samples is given on
        assert found


@every_pod
def test_whatever_comes_out_is_in_order_and_a_number(making: ModuleType, protocol: str) -> None:
    decoder = Decoder()
    items = [
        item for packet in making.mutated(protocol, PACKETS // 2, seed=8) for item in decoder.process(packet)
    ]
    last_s, next_index = -1.0, 0
    for block in blocks(items):
        assert block.first_index >= next_index
        assert block.t_s[0] > last_s
        assert np.all(np.diff(block.t_s) > 0)
        assert np.isfinite(np.column_stack([block.t_s, block.acc_mps2, block.gyr_radps])).all()
        last_s, next_index = block.t_s[-1], block.first_index + len(block)
    for gap in gaps(items):
        assert gap.end_s > gap.start_s
        assert gap.missing_samples >= 0


@every_pod
def test_garbage_on_one_foot_leaves_the_other_bit_for_bit(making: ModuleType, protocol: str) -> None:
    """The healthy foot speaks first: whoever does sets the session's second 0."""
    healthy = Pod(foot=Foot.RIGHT).session(200)
    broken = list(making.mutated(protocol, 1000, seed=5))
    alone, beside = Decoder(), Decoder()
    wanted = [item for packet in healthy for item in alone.process(packet)] + alone.flush()
    heard = []
    for number, packet in enumerate(healthy):
        heard += beside.process(packet)
        if number > 2:
            for noise in broken[5 * number : 5 * number + 5]:
                assert all(item.foot is Foot.LEFT for item in beside.process(noise))
    heard += beside.flush()
    heard = [item for item in heard if item.foot is Foot.RIGHT]
    assert fingerprint(heard) == fingerprint(wanted)
    assert beside.counters[Foot.RIGHT] == alone.counters[Foot.RIGHT]


@every_pod
def test_state_carried_elsewhere_amid_garbage_goes_on_the_same(making: ModuleType, protocol: str) -> None:
    packets = list(making.mutated(protocol, 600, seed=9))
    whole = Decoder()
    wanted = [item for packet in packets for item in whole.process(packet)]
    here, there = Decoder(), Decoder()
    heard = [item for packet in packets[:300] for item in here.process(packet)]
    there.state = pickle.loads(pickle.dumps(here.state))  # noqa: S301  our own bytes
    heard += [item for packet in packets[300:] for item in there.process(packet)]
    assert fingerprint(heard) == fingerprint(wanted)
    assert there.counters == whole.counters


def test_benchmark_has_a_row_for_each_pod() -> None:
    command = [sys.executable, PROGRAMS / "frames.py", "--quick"]
    page = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = {line.split()[0]: line.split()[1:] for line in page.splitlines() if line}
    assert all(float(rows[name][0]) > 0.0 for name in registry.names())


def test_pod_recovers_from_garbage(making: ModuleType) -> None:
    """After any noise, the packets of a healthy pod are all read from the second one on."""
    decoder = Decoder()
    for packet in making.mutated("sofp", 2000, seed=11):
        decoder.process(packet)
    late_ns = 10**16
    healthy = [replace(packet, arrival_ns=packet.arrival_ns + late_ns) for packet in Pod().session(50)]
    items = [item for packet in healthy for item in decoder.process(packet)] + decoder.flush()
    assert sum(len(block) for block in blocks(items)) >= 49 * 19
    assert len(gaps(items)) <= 2
    assert any(isinstance(item, PodReport) for item in items)
