"""What the host asks of the pod, and what the pod answers; no bytes harm it."""

from random import Random

import numpy as np
import pytest

from firmware.chip import Chip
from firmware.driving import START, STOP, Event, Firmware, Script, config, payloads

OK, UNKNOWN, BAD, SENSOR, BUSY, MTU, BATTERY = range(7)

STILL = np.tile(np.array([0, 0, 2049, 12, -9, 3], np.int16), (450, 1))


def replies(firmware: Firmware, script: Script) -> list[str]:
    return [payload.hex() for payload in firmware.payloads(script, "reply")]


def reply(command: int, result: int) -> str:
    return bytes((0x80 | command, result)).hex()


def test_start_and_stop_move_the_sensor(firmware: Firmware) -> None:
    script = Script().begin().add("control", 0, STOP).add("control", 0, STOP)
    assert firmware.run(script) == [
        Event("start_sensor", "416 16 2000"),
        Event("reply", reply(1, OK)),
        Event("stop_sensor"),
        Event("reply", reply(2, OK)),
        Event("reply", reply(2, OK)),
    ]


def test_start_while_streaming_is_busy_and_changes_nothing(firmware: Firmware) -> None:
    script, chip = Script().begin(), Chip(416.0)
    chip.empty(script)
    chip.empty(script)
    script.add("control", 0, START)
    chip.empty(script)
    events = firmware.run(script.send())
    assert [event.rest for event in events if event.what == "reply"] == [reply(1, OK), reply(1, BUSY)]
    assert [packet[2] for packet in payloads(events, "data")] == [0, 1]


@pytest.mark.parametrize("mask", [0, 1, 2, 4, 255])
def test_start_of_other_than_both_sensors_is_refused(firmware: Firmware, mask: int) -> None:
    script = Script().add("mtu", 247).add("control", 0, bytes((1, mask)))
    assert replies(firmware, script) == [reply(1, BAD)]


@pytest.mark.parametrize(
    ("mtu", "checksum", "result"), [(28, 0, MTU), (29, 0, OK), (30, 1, MTU), (31, 1, OK)]
)
def test_one_sample_must_fit(firmware: Firmware, mtu: int, checksum: int, result: int) -> None:
    script = Script().add("config", 0, config(416, checksum=bool(checksum))).begin(mtu)
    assert replies(firmware, script)[1:] == [reply(1, result)]


def test_sensor_that_does_not_answer(firmware: Firmware) -> None:
    script = Script().add("sensor", 0).begin().add("sensor", 1).begin()
    assert replies(firmware, script) == [reply(1, SENSOR), reply(1, OK)]


@pytest.mark.parametrize(
    ("millivolts", "charging", "result"), [(3299, 0, BATTERY), (3299, 1, OK), (3300, 0, OK), (0, 0, OK)]
)
def test_low_battery(firmware: Firmware, millivolts: int, charging: int, result: int) -> None:
    script = Script().add("health", millivolts, 1, 2000, charging).begin()
    assert replies(firmware, script) == [reply(1, result)]


def test_identify_and_side(firmware: Firmware) -> None:
    script = Script().add("control", 0, b"\x03\x05").add("control", 0, b"\x04\x02").add("read", 0)
    events = firmware.run(script.add("control", 0, b"\x04\x03"))
    assert Event("identify", "5") in events
    assert Event("side", "2") in events
    assert payloads(events, "info")[0][2] == 2
    assert payloads(events, "reply")[-1].hex() == reply(4, BAD)


def test_deep_sleep_is_refused_while_streaming(firmware: Firmware) -> None:
    script = Script().begin().add("control", 0, b"\x08").add("control", 0, STOP).add("control", 0, b"\x08")
    events = firmware.run(script)
    results = [event.rest for event in events if event.what == "reply"]
    assert results == [reply(1, OK), reply(8, BUSY), reply(2, OK), reply(8, OK)]
    assert [event.what for event in events].count("deep_sleep") == 1


def test_marker_needs_a_stream(firmware: Firmware) -> None:
    script = Script().add("control", 0, b"\x05\1\2\3\4").add("mtu", 247).send()
    assert replies(firmware, script) == [reply(5, BAD)]
    assert not firmware.payloads(script, "data")


def test_counters_are_reset_and_the_stream_goes_on(firmware: Firmware) -> None:
    script, chip = Script().begin(), Chip(416.0)
    for wait in (0, 0, 700, 0):
        chip.empty(script, wait)
    script.add("read", 0).add("control", 0, b"\x06").add("read", 0)
    events = firmware.run(script.send())
    before, after = payloads(events, "status")
    assert int.from_bytes(before[8:12], "little") == chip.oldest
    assert int.from_bytes(before[12:16], "little") == chip.lost
    assert after[8:18] == bytes(10)
    last = payloads(events, "data")[-1]
    assert int.from_bytes(last[4:8], "little") + last[12] == chip.oldest - (chip.given % 19)


def test_bias_of_a_still_pod(firmware: Firmware) -> None:
    script = Script().begin().batch(STILL[:19], 1e6).add("control", 0, b"\x07").add("late")
    script.batch(STILL, 2e6, stamped=449).add("late").add("late")
    assert replies(firmware, script)[1:] == ["8700" + "0c00" + "f7ff" + "0300"]


def test_bias_of_a_pod_that_moves_is_refused(firmware: Firmware) -> None:
    moving = STILL.copy()
    moving[200, 4] += 43  # 3 degree/s at 70 mdps a count
    script = Script().begin().batch(STILL[:19], 1e6).add("control", 0, b"\x07")
    script.batch(moving, 2e6, stamped=449).add("late")
    assert replies(firmware, script)[1:] == [reply(7, SENSOR)]


def test_bias_needs_a_stream_that_lasts(firmware: Firmware) -> None:
    bias = b"\x07"
    script = Script().add("control", 0, bias).begin().add("control", 0, bias).add("control", 0, bias)
    script.batch(STILL[:19], 1e6).batch(STILL[:100], 2e6).add("control", 0, STOP).add("late")
    expected = [reply(7, SENSOR), reply(1, OK), reply(7, BUSY), reply(2, OK), reply(7, SENSOR)]
    assert replies(firmware, script) == expected


@pytest.mark.parametrize(
    ("asked", "accepted"),
    [
        ((416, 16, 2000), (416, 16, 2000)),
        ((1, 1, 1), (104, 2, 125)),
        ((105, 3, 126), (208, 4, 250)),
        ((500, 9, 600), (833, 16, 1000)),
        ((65535, 65535, 65535), (833, 16, 2000)),
    ],
)
def test_config_is_the_least_that_suffices(
    firmware: Firmware, asked: tuple[int, int, int], accepted: tuple[int, int, int]
) -> None:
    wanted = b"\xff\3" + b"".join(number.to_bytes(2, "little") for number in asked) + bytes(16)
    script = Script().add("config", 0, wanted).add("read", 0)
    events = firmware.run(script)
    (answer,), (held,) = payloads(events, "reply"), payloads(events, "config")
    assert answer == bytes((0x80, OK)) + held[:8]
    assert tuple(int.from_bytes(held[i : i + 2], "little") for i in (2, 4, 6)) == accepted
    assert held[0] == (1 if asked == accepted else 2)
    scales = np.frombuffer(held[8:16], "<f4")
    exact = accepted[1] * 30.5e-6 * 9.80665, np.radians(accepted[2] * 35e-6)
    assert scales.tolist() == [float(np.float32(scale)) for scale in exact]


@pytest.mark.parametrize(("place", "value"), [(1, 1), (1, 7), (16, 20), (17, 1), (18, 1), (19, 2)])
def test_config_that_the_pod_cannot_do_is_refused(firmware: Firmware, place: int, value: int) -> None:
    wanted = bytearray(config(208))
    wanted[place] = value
    assert replies(firmware, Script().add("config", 0, bytes(wanted)))[0].startswith(
        "8002 01 03".replace(" ", "")
    )


def test_config_while_streaming_is_busy(firmware: Firmware) -> None:
    script = Script().begin().add("config", 0, config(208)).add("read", 0)
    events = firmware.run(script)
    assert payloads(events, "reply")[1] == bytes.fromhex("8004 01 03 A001 1000 D007")
    assert payloads(events, "config")[0][:4] == bytes.fromhex("01 03 A001")


def test_config_ids_go_round_without_0(firmware: Firmware) -> None:
    script = Script().add("config_id", 255).add("config", 0, config(208)).add("read", 0)
    assert firmware.payloads(script, "config")[0][0] == 1


def test_disconnection_ends_the_stream_and_forgets_the_queue(firmware: Firmware) -> None:
    script, chip = Script().begin(), Chip(416.0)
    for _ in range(5):
        chip.empty(script)
    events = firmware.run(script.add("disconnected").send().add("control", 0, START))
    assert not payloads(events, "data")
    assert [event.what for event in events].count("stop_sensor") == 1
    assert payloads(events, "reply")[-1].hex() == reply(1, MTU)


def test_synced_lasts_a_minute(firmware: Firmware) -> None:
    request = bytes((1, 0)) + bytes(26)
    script = Script().add("read", 0).add("sync", 10, 20, request)
    for now_us in (20, 60_000_019, 60_000_020):
        script.add("read", now_us)
    states = [status[19] for status in firmware.payloads(script, "status")]
    assert states == [0, 8, 8, 0]


@pytest.mark.parametrize(
    "request_bytes",
    [b"", bytes(28), bytes((1, 1)) + bytes(26), bytes((1, 0)) + bytes(25), bytes((1, 0)) + bytes(27)],
)
def test_what_is_no_time_sync_request_has_no_answer(firmware: Firmware, request_bytes: bytes) -> None:
    assert firmware.run(Script().add("sync", 0, 0, request_bytes)) == []


def test_every_command_of_every_length_is_answered(firmware: Firmware) -> None:
    script = Script()
    lengths = {1: 2, 2: 1, 3: 2, 4: 2, 5: 5, 6: 1, 7: 1, 8: 1}
    expected = []
    for command in range(256):
        for length in range(1, 21):
            if lengths.get(command) != length:
                script.add("control", 0, bytes((command,)) + bytes(length - 1))
                expected.append(reply(command, BAD if command in lengths else UNKNOWN))
    assert replies(firmware, script) == expected
    assert replies(firmware, Script().add("control", 0, b"")) == []


def random_operation(random: Random, script: Script) -> None:
    def some(longest: int) -> bytes:
        return random.randbytes(random.randint(0, longest))

    match random.randrange(12):
        case 0 | 1:
            script.add("control", random.getrandbits(64), some(24))
        case 2:
            length = {1: 1, 2: 0, 5: 4, 6: 0, 7: 0}
            command = random.choice(list(length))
            script.add(
                "control", random.getrandbits(40), bytes((command,)) + random.randbytes(length[command])
            )
        case 3:
            script.add(
                "config",
                0,
                random.choice((some(40), config(random.getrandbits(16), samples=random.randrange(25)))),
            )
        case 4:
            head = random.choice((b"", b"\1\0"))
            script.add("sync", random.getrandbits(64), random.getrandbits(64), head + some(40))
        case 5 | 6 | 7 | 8:
            stamp_us, rows = random.getrandbits(random.choice((20, 64))), random.randrange(400)
            stamped, overflow = random.getrandbits(random.choice((4, 16))), random.random() < 0.2
            script.add("batch", stamp_us, stamped, overflow, random.randbytes(12 * rows))
        case 9:
            script.begin(random.choice((0, 23, 29, 31, 100, 247, 65535)))
        case 10:
            script.send(random.choice((0, 1, 30, 1000))).add("late").add("read", random.getrandbits(64))
        case _:
            script.add("rsc_start", random.randrange(1, 2000), random.randrange(1, 65536))
            script.add("rsc_take", random.randbytes(6 * random.randrange(300)))
            if random.random() < 0.1:
                script.add("disconnected")


@pytest.mark.parametrize("seed", range(8))
def test_no_bytes_harm_the_pod(firmware: Firmware, seed: int) -> None:
    """The address and undefined-behaviour sanitisers end the program at the first fault."""
    random, script = Random(seed), Script()
    for _ in range(1500):
        random_operation(random, script)
    events = firmware.run(script.send())
    for packet in payloads(events, "data"):
        assert packet[0] in {0x11, 0x13}
        body = 12 * packet[12] if packet[0] == 0x11 else 4
        assert len(packet) == 14 + body + 2 * (packet[1] >> 6 & 1)
