"""Samples through the pod's C code and our decoder: the same samples, their times, and every loss told."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.chip import Chip, number_of, numbered
from firmware.driving import STOP, Event, Firmware, Script, config, payloads, received
from stridesense.model import Foot, Gap, GapCause, Malformed, SampleBlock
from stridesense.protocol.decoder import Decoder

MANY = settings(deadline=None, derandomize=True, max_examples=60)
PROMPT, LATE, TOO_LATE = 0, 60, 700
"""Samples that came while the FIFO waited to be read; at the last, half of them are overwritten."""

WRAPPING = (65_530, 2**32 - 300, 0, 0, 0)

rates = st.sampled_from((104, 208, 416, 833)).flatmap(
    lambda stated: st.tuples(st.just(stated), st.floats(0.96, 1.04).map(lambda share: share * stated))
)
mtus = st.sampled_from((31, 43, 100, 185, 247, 512))


def started(rate_hz: int = 416, *, mtu: int = 247, samples: int = 0, checksum: bool = False) -> Script:
    script = Script().add("config", 0, config(rate_hz, samples=samples, checksum=checksum)).add("read", 0)
    return script.begin(mtu)


def decoded(events: list[Event]) -> tuple[Decoder, list[SampleBlock | Gap | Malformed]]:
    decoder = Decoder()
    items = [item for packet in received(events) for item in decoder.process(packet)]
    return decoder, items + decoder.flush()


def lost(decoder: Decoder) -> Counter[GapCause]:
    return decoder.counters[Foot.LEFT].lost


def numbers(block: SampleBlock) -> range:
    """Which of the chip's samples these are, found by what they hold."""
    scales = np.repeat((16 * 30.5e-6 * 9.80665, np.radians(2000 * 35e-6)), 3)
    held = np.hstack((block.acc_mps2, block.gyr_radps)) / scales
    first = number_of(np.rint(held[0]))
    np.testing.assert_allclose(held, numbered(first, len(block)), atol=1e-2)
    return range(first, first + len(block))


def check_every_sample_has_its_number(items: list[SampleBlock | Gap | Malformed], chip: Chip) -> None:
    blocks = [item for item in items if isinstance(item, SampleBlock)]
    offsets = {numbers(block).start - block.first_index for block in blocks}
    assert offsets == {len(chip.read[0])}


def check_stamps(packets: list[bytes], chip: Chip, tolerance_us: float, first_index: int = 0) -> None:
    """Each packet says when its first sample was taken."""
    for packet in packets:
        index = (int.from_bytes(packet[4:8], "little") - first_index) % 2**32
        stamp_us = int.from_bytes(packet[8:12], "little")
        assert stamp_us == pytest.approx(chip.taken_us(index) % 2**32, abs=tolerance_us)


@MANY
@given(
    rate=rates,
    mtu=mtus,
    checksum=st.booleans(),
    waits=st.lists(st.sampled_from((PROMPT, 1, 7, LATE)), min_size=3, max_size=25),
)
def test_every_sample_comes_through(
    firmware: Firmware, *, rate: tuple[int, float], mtu: int, checksum: bool, waits: list[int]
) -> None:
    script, chip = started(rate[0], mtu=mtu, checksum=checksum), Chip(rate[1], jitter_us=2)
    script.add("counters", *WRAPPING)
    for wait in waits:
        chip.empty(script, wait)
        script.send()
    events = firmware.run(script.add("control", 0, STOP).send())
    decoder, items = decoded(events)
    assert all(isinstance(item, SampleBlock) for item in items)
    assert decoder.counters[Foot.LEFT].samples == chip.given
    check_every_sample_has_its_number(items, chip)
    check_stamps(payloads(events, "data"), chip, 30, first_index=WRAPPING[1])
    room = min(19, (mtu - 3 - 14 - 2 * checksum) // 12)
    assert {packet[12] for packet in payloads(events, "data")[:-1]} <= {room}


@MANY
@given(rates, mtus, st.lists(st.sampled_from((PROMPT, 3, LATE, TOO_LATE)), min_size=4, max_size=20))
def test_what_the_sensor_lost_is_told_to_the_sample(
    firmware: Firmware, rate: tuple[int, float], mtu: int, waits: list[int]
) -> None:
    script, chip = started(rate[0], mtu=mtu), Chip(rate[1], jitter_us=2)
    for wait in (PROMPT, *waits):
        chip.empty(script, wait)
        chip.empty(script)  # a stamp again, as after any overflow
        script.send()
    events = firmware.run(script.add("control", 0, STOP).send())
    decoder, items = decoded(events)
    assert lost(decoder) == Counter({GapCause.SENSOR: chip.lost} if chip.lost else {})
    assert decoder.counters[Foot.LEFT].samples == chip.given
    assert sum(isinstance(item, Gap) for item in items) == waits.count(TOO_LATE)
    check_every_sample_has_its_number(items, chip)
    check_stamps(payloads(events, "data"), chip, 120)


@MANY
@given(mtu=mtus, checksum=st.booleans(), sends=st.lists(st.integers(0, 900), min_size=3, max_size=12))
def test_what_the_radio_could_not_keep_up_with_is_told_to_the_sample(
    firmware: Firmware, *, mtu: int, checksum: bool, sends: list[int]
) -> None:
    script, chip = started(mtu=mtu, checksum=checksum), Chip(416.0, jitter_us=2)
    script.add("counters", *WRAPPING)
    for packets in sends:
        for _ in range(20):
            chip.empty(script)
        script.send(packets)
    script.send()
    chip.empty(script)
    events = firmware.run(script.add("control", 0, STOP).send().add("read", 0))
    decoder, items = decoded(events)
    samples = decoder.counters[Foot.LEFT].samples
    dropped = chip.given - samples
    assert lost(decoder) == Counter({GapCause.TRANSMIT: dropped} if dropped else {})
    check_every_sample_has_its_number(items, chip)
    assert int.from_bytes(payloads(events, "status")[-1][16:18], "little") == dropped_packets(events)


def dropped_packets(events: list[Event]) -> int:
    sequences = [int.from_bytes(packet[2:4], "little") for packet in payloads(events, "data")]
    return sum((after - before) % 2**16 - 1 for before, after in pairwise(sequences))


@MANY
@given(st.lists(st.tuples(st.sampled_from((PROMPT, LATE, TOO_LATE)), st.integers(0, 40)), max_size=30))
def test_losses_of_both_kinds_add_up(firmware: Firmware, steps: list[tuple[int, int]]) -> None:
    script, chip = started(), Chip(416.0, jitter_us=2)
    chip.empty(script)
    chip.empty(script)
    for wait, packets in steps:
        chip.empty(script, wait)
        script.send(packets)
    script.send()
    chip.empty(script)
    decoder, items = decoded(firmware.run(script.add("control", 0, STOP).send()))
    assert decoder.counters[Foot.LEFT].samples + lost(decoder).total() == chip.given + chip.lost
    check_every_sample_has_its_number(items, chip)


@pytest.mark.parametrize(("mtu", "rate_hz"), [(247, 416), (100, 416), (43, 416), (31, 416), (247, 833)])
def test_the_queue_holds_a_second(firmware: Firmware, mtu: int, rate_hz: int) -> None:
    script, chip = started(rate_hz, mtu=mtu), Chip(rate_hz)
    for _ in range(rate_hz // 19 + 3):
        chip.empty(script)
    packets = firmware.payloads(script.send(), "data")
    assert sum(packet[12] for packet in packets) >= rate_hz
    assert not any(packet[1] & 0x02 for packet in packets)


def test_stamps_average_the_jitter_of_the_interrupt(firmware: Firmware) -> None:
    script, chip = started(), Chip(405.0, jitter_us=30)
    for _ in range(400):
        chip.empty(script)
        script.send()
    events = firmware.run(script.add("read", 0))
    check_stamps(payloads(events, "data"), chip, 65)
    check_stamps(payloads(events, "data")[64:], chip, 32)
    rate_hz = int.from_bytes(payloads(events, "status")[-1][24:28], "little") / 1e3
    assert rate_hz == pytest.approx(405.0, rel=1e-4)


def test_decoded_times_are_those_of_the_samples(firmware: Firmware) -> None:
    script, chip = started(), Chip(405.0, jitter_us=30)
    for _ in range(200):
        chip.empty(script)
        script.send()
    _, items = decoded(firmware.run(script))
    blocks = [item for item in items if isinstance(item, SampleBlock)]
    index = np.concatenate([block.first_index + np.arange(len(block)) for block in blocks])
    error_s = np.concatenate([block.t_s for block in blocks]) - index / 405.0
    assert np.max(np.abs(error_s[19:])) < 100e-6
    assert np.ptp(error_s[2 * 405 :]) < 30e-6


def test_config_that_changes_is_flagged_once_and_numbered_anew(firmware: Firmware) -> None:
    script, chip = started(416), Chip(416.0)
    for _ in range(3):
        chip.empty(script)
    script.send().add("control", 0, STOP).add("config", 0, config(208)).add("read", 0).begin()
    slower = Chip(208.0, switched_on_us=9e6)
    for _ in range(4):
        slower.empty(script)
    events = firmware.run(script.send())
    before, after = payloads(events, "data")[:2], payloads(events, "data")[2:]
    assert [packet[1] & 0x20 for packet in after] == [0x20, 0, 0]
    assert {packet[13] for packet in before} | {packet[13] for packet in after} == {1, 2}
    _, items = decoded(events)
    (gap,) = [item for item in items if isinstance(item, Gap)]
    assert gap.cause is GapCause.LINK
    rates_hz = [round(item.sampling_rate_hz) for item in items if isinstance(item, SampleBlock)]
    assert rates_hz == [416, 416, 208, 208, 208]


def test_config_written_as_it_is_keeps_its_number(firmware: Firmware) -> None:
    script = Script().add("config", 0, config(416))
    (reply,) = firmware.payloads(script, "reply")
    assert reply == bytes.fromhex("8000 01 03 A001 1000 D007")


def test_samples_at_the_end_of_the_range_are_flagged(firmware: Firmware) -> None:
    script, chip = started(), Chip(416.0)
    chip.empty(script)
    counts = numbered(19, 57)
    counts[2, 1], counts[20, 3], counts[40] = 32767, -32768, -32767
    script.batch(counts, float(chip.taken_us(37)))
    flags = [packet[1] for packet in firmware.payloads(script.send(), "data")]
    assert flags == [0x08, 0x10, 0x00]


def test_marker_has_its_time_and_place_and_costs_no_sample(firmware: Firmware) -> None:
    script, chip = started(), Chip(416.0)
    for _ in range(2):
        chip.empty(script)
    chip.empty(script, 5)
    script.add("control", 7_000_000, b"\x05" + (77).to_bytes(4, "little"))
    chip.empty(script)
    events = firmware.run(script.send())
    marker = next(packet for packet in payloads(events, "data") if packet[0] == 0x13)
    assert int.from_bytes(marker[4:8], "little") == 62
    assert int.from_bytes(marker[8:12], "little") == 7_000_000
    assert marker[12:] == bytes((0, 1)) + (77).to_bytes(4, "little")
    _, items = decoded(events)
    assert not any(isinstance(item, Gap) for item in items)
