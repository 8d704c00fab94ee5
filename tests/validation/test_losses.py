"""The bad ways through the air do what they say."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from stridesense.model import Foot, Gap, GapCause, RawPacket, StrikeType
from stridesense.simulator import simulate
from stridesense.validation import losses
from stridesense.validation.cases import MODELS, Wearer, standing
from stridesense.validation.listening import Heard, listen
from stridesense.validation.losses import Loss, LossTask, doubled, in_bursts, lost, reordered


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


def loss(fault: str) -> Loss:
    return LossTask(Wearer(model=MODELS[0], seed=3), StrikeType.MIDFOOT, fault).run()


@pytest.mark.parametrize("fault", ["1 % of packets lost", "bursts of 0 ... 150 ms lost"])
def test_strides_that_a_hole_touches_are_not_compared(fault: str) -> None:
    nothing_lost, something_lost = loss("5 % of packets twice"), loss(fault)
    assert nothing_lost.holes == 0
    assert something_lost.holes > 0
    assert 0 < something_lost.outside < nothing_lost.outside
    assert 0 < something_lost.same <= something_lost.outside


def test_a_stride_over_a_hole_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_a_hole(packets: Iterable[RawPacket]) -> Heard:
        heard = listen(packets)
        begin_s = heard.strides[10].initial_contact_s
        return replace(heard, gaps=(Gap(Foot.LEFT, begin_s + 0.05, begin_s + 0.1, 10, GapCause.RADIO),))

    assert loss("5 % of packets twice").spanning == 0
    monkeypatch.setattr(losses, "listen", with_a_hole)
    assert loss("5 % of packets twice").spanning == 1
