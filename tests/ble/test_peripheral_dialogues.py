"""What each pod answers to whom, and what is left of its stream when the link is lost."""

import struct
import time
from itertools import pairwise

import pytest
from bleak.exc import BleakGATTProtocolError
from bumble.att import ErrorCode

from ble.peripherals import PolarPod
from ble.pods import movesense, polar, rsc
from ble.rigs.bumble_rig import BumbleRig
from ble.talking import (
    ADDRESS,
    SOFP_CONFIG,
    SOFP_CONTROL,
    SOFP_DATA,
    SOFP_INFO,
    SOFP_SYNC,
    START_ACC,
    START_GYRO,
    begin,
    connected,
    on_air,
)
from simulator.listening import polar_frame, rsc_value
from stridesense.simulator.pod import QUEUE_DROPPED
from stridesense.simulator.polar import Measurement, Status, factor, reply


async def test_sofp_answers_every_command_with_its_status(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "sofp") as pod, connected(bumble_rig) as central:
        with pytest.raises(BleakGATTProtocolError) as deaf:
            await central.client.write_gatt_char(SOFP_CONTROL, b"\x01\x03", response=True)
        await central.listen(SOFP_CONTROL, SOFP_DATA)
        answers = {}
        for command in (
            "01",
            "01 04",
            "09",
            "02",
            "03 05",
            "04 03",
            "04 01",
            "01 03",
            "01 03",
            "02",
            "01 03",
        ):
            answers[command] = (
                await central.ask(SOFP_CONTROL, command, on=SOFP_CONTROL),
                *answers.get(command, ()),
            )
        info = await central.client.read_gatt_char(SOFP_INFO)
        assert pod.is_playing

    assert deaf.value.code == ErrorCode.CCCD_IMPROPERLY_CONFIGURED
    assert answers.pop("01 03") == (b"\x81\x00", b"\x81\x04", b"\x81\x00")
    assert answers.pop("02") == (b"\x82\x00", b"\x82\x00")
    assert answers == {
        "01": (b"\x81\x02",),
        "01 04": (b"\x81\x02",),
        "09": (b"\x89\x01",),
        "03 05": (b"\x83\x00",),
        "04 03": (b"\x84\x02",),
        "04 01": (b"\x84\x00",),
    }
    assert info[2] == 1


async def test_sofp_refuses_to_start_with_small_packets_or_a_low_battery(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "sofp") as pod:
        pod.device.gatt_server.max_mtu = 23
        async with connected(bumble_rig) as central:
            await central.listen(SOFP_CONTROL)
            assert await central.ask(SOFP_CONTROL, "01 03", on=SOFP_CONTROL) == b"\x81\x05"
            pod.battery_percent = 1
            assert await central.ask(SOFP_CONTROL, "01 03", on=SOFP_CONTROL) == b"\x81\x06"
            pod.faults.refuse_start = 3
            assert await central.ask(SOFP_CONTROL, "01 03", on=SOFP_CONTROL) == b"\x81\x03"


async def test_sofp_takes_the_settings_it_has_and_no_others(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "sofp"), connected(bumble_rig) as central:
        own = bytes(await central.client.read_gatt_char(SOFP_CONFIG))
        other = own[:2] + struct.pack("<H", 416) + own[4:]
        await central.client.write_gatt_char(SOFP_CONFIG, own, response=True)
        with pytest.raises(BleakGATTProtocolError) as unknown:
            await central.client.write_gatt_char(SOFP_CONFIG, other, response=True)
        await begin(central, "sofp")
        with pytest.raises(BleakGATTProtocolError) as busy:
            await central.client.write_gatt_char(SOFP_CONFIG, own, response=True)

    assert (unknown.value.code, busy.value.code) == (0x82, 0x84)


async def test_sofp_keeps_a_second_for_who_comes_back_and_owns_up_to_the_rest(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "sofp") as pod:
        async with connected(bumble_rig) as central:
            await begin(central, "sofp")
            before = await central.hears(SOFP_DATA, 5)
            bumble_rig.air.lose(ADDRESS)
        lost_at_s = pod.clock.begin()
        await pod.clock.until(lost_at_s + 3.0)
        async with connected(bumble_rig) as central:
            await central.listen(SOFP_DATA)
            after = await central.hears(SOFP_DATA, 30)

    first, last = sample_index(after[0]), sample_index(before[-1])
    assert after[0][1] & QUEUE_DROPPED
    assert not any(value[1] & QUEUE_DROPPED for value in after[1:])
    assert {sample_index(b) - sample_index(a) for a, b in pairwise(after)} == {19}
    assert (first - last) % 19 == 0
    assert pod.lost * 19 <= first - last - 19
    assert pod.lost > 10


def sample_index(payload: bytes) -> int:
    return int.from_bytes(payload[4:8], "little")


async def test_sofp_tells_its_clock_and_stamps_with_the_same(bumble_rig: BumbleRig) -> None:
    offsets_us: list[tuple[int, int]] = []
    async with on_air(bumble_rig, "sofp", speed=1.0), connected(bumble_rig) as central:
        await central.listen(SOFP_SYNC)
        for sequence in range(3):
            asked_us = time.monotonic_ns() // 1000
            request = struct.pack("<2BH3Q", 1, 0, sequence, asked_us, 0, 0)
            await central.client.write_gatt_char(SOFP_SYNC, request, response=False)
            answer = struct.unpack("<2BH3Q", (await central.hears(SOFP_SYNC, sequence + 1))[sequence])
            assert answer[:4] == (1, 1, sequence, asked_us)
            offsets_us.append((answer[4] - time.monotonic_ns() // 1000, answer[5] - asked_us))
            if sequence == 1:
                started_us = time.monotonic_ns() // 1000
                await begin(central, "sofp")
        data = (await central.hears(SOFP_DATA, 1))[0]
        ended_us = time.monotonic_ns() // 1000

    least_us, most_us = max(low for low, _ in offsets_us), min(high for _, high in offsets_us)
    stamp_us = int.from_bytes(data[8:12], "little")
    assert least_us <= most_us
    assert (stamp_us - started_us - least_us) % (1 << 32) < ended_us - started_us + most_us - least_us


async def test_polar_goes_through_its_dialogue(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "polar_pmd") as pod, connected(bumble_rig) as central:
        assert (await central.client.read_gatt_char(polar.CONTROL))[:3] == bytes.fromhex("0F 24 02")
        await central.listen(polar.CONTROL, polar.DATA)
        talk = [
            (START_ACC, "F0 02 02 08"),
            (b"\x01\x02", "F0 01 02 00 00 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03"),
            (b"\x02\x09", "F0 02 09 00 00"),
            (b"\x02\x09", "F0 02 09 06"),
            (b"\x04\x05", "F0 04 05 00 00 00 01 D0 00 01 01 10 00 02 01 D0 07 04 01 03"),
            (START_ACC.replace(b"\xd0\x00", b"\xa0\x01"), "F0 02 02 08"),
            (START_ACC[:-5] + b"\x08\x00" + START_ACC[-3:], "F0 02 02 09"),
            (START_ACC[:8] + b"\x0e" + START_ACC[9:], "F0 02 02 07"),
            (START_ACC[:-1] + b"\x01", "F0 02 02 0B"),
            (START_ACC[:-1], "F0 02 02 05"),
            (b"\x02\x00", "F0 02 00 02"),
            (b"\x07\x02", "F0 07 02 01"),
            (b"\x02", "F0 02 00 04"),
            (START_ACC, reply(2, Measurement.ACC, Status.DONE, factor(0.000488)).hex()),
            (START_ACC, "F0 02 02 06"),
            (START_GYRO, reply(2, Measurement.GYRO, Status.DONE, factor(0.07)).hex()),
            (b"\x03\x09", "F0 03 09 0C"),
            (b"\x03\x05", "F0 03 05 00 00"),
            (b"\x03\x05", "F0 03 05 06"),
        ]
        answers = [(await central.ask(polar.CONTROL, command, on=polar.CONTROL)).hex() for command, _ in talk]
        assert answers == [bytes.fromhex(said).hex() for _, said in talk]
        await central.hears(polar.DATA, 3)

    assert {payload[0] for payload in pod.values("data")} == {Measurement.ACC}


async def test_polar_that_stops_on_its_own_says_so(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "polar_pmd", speed=8.0) as pod, connected(bumble_rig) as central:
        assert isinstance(pod, PolarPod)
        await begin(central, "polar_pmd")
        await central.hears(polar.DATA, 3)
        await pod.stop_on_its_own(Measurement.ACC, Measurement.GYRO)
        told = await central.hears(polar.CONTROL, len(central.heard[polar.CONTROL]) + 1)
        count = len(pod.values("data"))
        await pod.clock.until(pod.clock.begin() + 3.0)
        assert told[-1] == bytes.fromhex("01 02 05")
        assert len(pod.values("data")) == count


async def test_polar_is_still_measuring_when_the_central_comes_back(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "polar_pmd") as pod:
        async with connected(bumble_rig) as central:
            await begin(central, "polar_pmd")
            before = [v for v in await central.hears(polar.DATA, 6) if v[0] == Measurement.ACC]
            bumble_rig.air.lose(ADDRESS)
        await pod.clock.until(pod.clock.begin() + 2.0)
        async with connected(bumble_rig) as central:
            await central.listen(polar.CONTROL, polar.DATA)
            again = [
                (await central.ask(polar.CONTROL, command, on=polar.CONTROL))[:4].hex(" ")
                for command in (START_ACC, b"\x03\x02", START_ACC)
            ]
            after = [v for v in await central.hears(polar.DATA, 6) if v[0] == Measurement.ACC]

    missing_s = (polar_frame(after[-1]).stamp_ns - polar_frame(before[-1]).stamp_ns) / 1e9
    assert again == ["f0 02 02 06", "f0 03 02 00", "f0 02 02 00"]
    assert pod.lost > 5
    assert 2.0 < missing_s < 10.0
    assert after[-1] in pod.values("data")


async def test_movesense_answers_as_a_web_server_does(bumble_rig: BumbleRig) -> None:
    talk = [
        (b"\x00\x01", b"\x01\x01\x01917625139201\x00Movesense\x001.0.0\x00stridesense\x001.0.0\x00"),
        (b"\x01\x02/Meas/IMU6/208", b"\x01\x02\xc8\x00"),
        (b"\x01\x02/Meas/Acc/208", b"\x01\x02\x90\x01"),
        (b"\x01\x03/Meas/Temp/1", b"\x01\x03\x90\x01"),
        (b"\x01\x03/Meas/Acc/207", b"\x01\x03\x90\x01"),
        (b"\x01\x00/Meas/Acc/208", b"\x01\x00\x90\x01"),
        (b"\x01\x03/Meas/Acc/208", b"\x01\x03\xc8\x00"),
        (b"\x01\x04/Meas/Gyro/208", b"\x01\x04\xc8\x00"),
        (b"\x01\x05/Meas/IMU6/208\x00", b"\x01\x05\xc8\x00"),
        (b"\x01\x06/Meas/IMU6/208", b"\x01\x06\xfb\x01"),
        (b"\x02\x04", b"\x01\x04\xc8\x00"),
        (b"\x02\x04", b"\x01\x04\x90\x01"),
        (b"\x07\x04", b"\x01\x04\x90\x01"),
    ]
    async with on_air(bumble_rig, "movesense_gsp", speed=0.5) as pod, connected(bumble_rig) as central:
        await central.listen(movesense.DATA)
        for count, (command, _) in enumerate(talk, start=1):
            await central.client.write_gatt_char(movesense.COMMAND, command, response=True)
            await central.hears(movesense.DATA, count, beginning=1)
        answers = await central.hears(movesense.DATA, len(talk), beginning=1)
        streamed = await central.hears(movesense.DATA, 60, beginning=2)

    assert answers == [said for _, said in talk]
    assert pod.values("data")[0] == answers[0]
    assert {packet[1] for packet in streamed} == {2, 3, 4, 5}


async def test_movesense_forgets_its_subscriptions_with_the_link(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "movesense_gsp") as pod:
        stamps_ms = []
        for _ in range(2):
            async with connected(bumble_rig) as central:
                await begin(central, "movesense_gsp")
                packet = (await central.hears(movesense.DATA, 3))[1]
                stamps_ms.append(int.from_bytes(packet[2:6], "little"))
                bumble_rig.air.lose(ADDRESS)
            await pod.is_alone()
            assert not pod.is_playing

    assert 0 < (stamps_ms[1] - stamps_ms[0]) % (1 << 32) < 20_000


async def test_a_watch_sets_distance_and_place(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "rsc", speed=20.0), connected(bumble_rig) as central:
        await central.listen(rsc.CONTROL)
        asked = ("01 E8 03 00 00", "01 00", "02", "03 02", "03 07", "04", "05")
        answers = [(await central.ask(rsc.CONTROL, command, on=rsc.CONTROL)).hex(" ") for command in asked]
        assert await central.client.read_gatt_char(rsc.LOCATION) == b"\x02"
        await central.listen(rsc.MEASUREMENT)
        values = [rsc_value(value) for value in await central.hears(rsc.MEASUREMENT, 30)]

    assert answers == [
        "10 01 01",
        "10 01 03",
        "10 02 02",
        "10 03 01",
        "10 03 03",
        "10 04 01 01 02",
        "10 05 02",
    ]
    assert values[0].distance_m == pytest.approx(100.0, abs=3.0)
    assert any(value.is_running for value in values)
