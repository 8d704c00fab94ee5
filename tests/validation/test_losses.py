"""The bad ways through the air do what they say."""

from collections import Counter

import numpy as np
import pytest

from stridesense.model import RawPacket
from stridesense.simulator import simulate
from stridesense.validation.cases import MODELS, Wearer, standing
from stridesense.validation.losses import doubled, in_bursts, lost, reordered


@pytest.fixture(scope="module")
def packets() -> list[RawPacket]:
    run = {"activity": "run", "duration_s": 60.0}
    return list(simulate(Wearer(model=MODELS[0], seed=3).session([standing(), run])).packets())


def test_one_in_a_hundred_is_lost(packets: list[RawPacket]) -> None:
    data = sum(packet.characteristic == "data" for packet in packets)
    kept = lost(packets, np.random.default_rng(1))
    assert 0.003 * data < len(packets) - len(kept) < 0.02 * data
    assert set(kept) < set(packets)


def test_bursts_are_no_longer_than_they_say(packets: list[RawPacket]) -> None:
    kept = set(in_bursts(packets, np.random.default_rng(1)))
    gone = [packet.arrival_ns / 1e9 for packet in packets if packet not in kept]
    bursts = np.split(np.array(gone), np.flatnonzero(np.diff(gone) > 1.0) + 1)
    assert 8 <= len(bursts) <= 15
    assert all(burst[-1] - burst[0] <= 0.150 for burst in bursts)


def test_some_arrive_twice_and_none_is_missing(packets: list[RawPacket]) -> None:
    counts = Counter(doubled(packets, np.random.default_rng(1)))
    assert set(counts) == set(packets)
    assert 0.03 < sum(count == 2 for count in counts.values()) / len(packets) < 0.07


def test_overtaken_packets_come_three_later(packets: list[RawPacket]) -> None:
    changed = reordered(packets, np.random.default_rng(1))
    assert sorted(p.payload for p in changed) == sorted(p.payload for p in packets)
    assert [p.arrival_ns for p in changed] == [p.arrival_ns for p in packets]
    places = {packet.payload: place for place, packet in enumerate(packets)}
    moved = Counter(place - places[packet.payload] for place, packet in enumerate(changed))
    assert moved[3] >= 0.01 * len(packets)
    assert max(moved) <= 4
