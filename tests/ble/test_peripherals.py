"""The pods on the air do what real ones do: they are found, stream, fail on wish and come back."""

import pytest
from bleak.exc import BleakGATTProtocolError
from bumble.att import ErrorCode

from ble.peripherals import RunClock, SofpPod
from ble.pods import movesense, polar, sofp
from ble.rigs.bumble_rig import BumbleRig
from ble.talking import (
    ADDRESS,
    BATTERY,
    FIRMWARE,
    OTHER_ADDRESS,
    SCENARIOS,
    SOFP_CONTROL,
    SOFP_DATA,
    SOFP_INFO,
    SOFP_STATUS,
    SPEED,
    STREAMS,
    begin,
    connected,
    on_air,
    run_of,
    seen,
)
from stridesense.model import Foot


@pytest.mark.parametrize(
    ("protocol", "name", "service", "company", "data"),
    [
        ("sofp", None, sofp.SERVICE, 0xFFFF, b"\x01\x02\x57"),
        ("polar_pmd", "Polar Sense F0F0F001", None, 0x006B, b"\x57\x00"),
        ("movesense_gsp", "Movesense 917625139201", "fdf3", None, b""),
        ("rsc", "Stryd", "1814", 0xAAAA, b"\x00\x57"),
    ],
)
async def test_a_pod_is_found_by_what_it_advertises(
    bumble_rig: BumbleRig,
    protocol: str,
    name: str | None,
    service: str | None,
    company: int | None,
    data: bytes,
) -> None:
    async with on_air(bumble_rig, protocol):
        _, advertised = await seen(bumble_rig)

    assert advertised.local_name == name
    assert service is None or any(service in uuid for uuid in advertised.service_uuids)
    assert advertised.manufacturer_data == ({} if company is None else {company: data})


@pytest.mark.parametrize("protocol", list(SCENARIOS))
async def test_what_was_sent_arrives_and_is_what_the_pod_measured(
    bumble_rig: BumbleRig, protocol: str
) -> None:
    async with on_air(bumble_rig, protocol) as pod, connected(bumble_rig) as central:
        await begin(central, protocol)
        for role, uuid in STREAMS[protocol].items():
            heard = await central.hears(uuid, 8)
            assert heard == pod.values(role)[: len(heard)]

    times_ns = [at_ns for at_ns, _, _ in pod.sent]
    assert times_ns == sorted(times_ns)
    assert pod.lost == 0


@pytest.mark.parametrize("protocol", list(SCENARIOS))
async def test_a_pod_says_who_it_is(bumble_rig: BumbleRig, protocol: str) -> None:
    async with on_air(bumble_rig, protocol) as pod, connected(bumble_rig) as central:
        assert await central.client.read_gatt_char(FIRMWARE) == pod.firmware.encode()
        assert await central.client.read_gatt_char(BATTERY) == b"\x57"


@pytest.mark.parametrize("protocol", list(SCENARIOS))
async def test_a_silent_pod_stays_connected_and_sends_nothing_until_it_speaks_again(
    bumble_rig: BumbleRig, protocol: str
) -> None:
    (role, uuid), *_ = STREAMS[protocol].items()
    async with on_air(bumble_rig, protocol, speed=10.0) as pod, connected(bumble_rig) as central:
        pod.faults.silent = True
        await begin(central, protocol)
        before = len(pod.values(role))
        await pod.clock.until(5.0)
        assert central.client.is_connected
        assert len(pod.values(role)) == before
        pod.faults.silent = False
        await central.hears(uuid, before + 2)


async def test_garbage_goes_out_as_it_is(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "polar_pmd") as pod, connected(bumble_rig) as central:
        pod.faults.garble = lambda payload: payload[:5][::-1]
        await begin(central, "polar_pmd")
        heard = await central.hears(polar.DATA, 2)
        await pod.say("data", b"\xff" * 40)
        assert {len(value) for value in heard[:2]} == {5}
        assert b"\xff" * 40 in await central.hears(polar.DATA, len(heard) + 1)


@pytest.mark.parametrize("protocol", ["sofp", "polar_pmd", "movesense_gsp"])
async def test_writes_and_subscriptions_can_be_refused(bumble_rig: BumbleRig, protocol: str) -> None:
    command = {"sofp": SOFP_CONTROL, "polar_pmd": polar.CONTROL, "movesense_gsp": movesense.COMMAND}[protocol]
    async with on_air(bumble_rig, protocol) as pod, connected(bumble_rig) as central:
        pod.faults.refuse_subscriptions = ErrorCode.UNLIKELY_ERROR
        with pytest.raises(BleakGATTProtocolError) as unsubscribable:
            await central.listen(STREAMS[protocol]["data"])
        pod.faults.refuse_subscriptions = None
        pod.faults.refuse_writes = ErrorCode.WRITE_NOT_PERMITTED
        with pytest.raises(BleakGATTProtocolError) as unwritable:
            await begin(central, protocol)

    assert unsubscribable.value.code == ErrorCode.UNLIKELY_ERROR
    assert unwritable.value.code == ErrorCode.WRITE_NOT_PERMITTED
    assert [uuid for uuid, _ in pod.commands] == [
        {SOFP_CONTROL: "control", polar.CONTROL: "control", movesense.COMMAND: "command"}[command]
    ]


@pytest.mark.parametrize("protocol", list(SCENARIOS))
async def test_a_pod_that_wants_to_be_paired_gives_nothing_away(bumble_rig: BumbleRig, protocol: str) -> None:
    async with on_air(bumble_rig, protocol) as pod, connected(bumble_rig) as central:
        pod.faults.needs_pairing = True
        with pytest.raises(BleakGATTProtocolError) as refused:
            await begin(central, protocol)

    assert refused.value.code == ErrorCode.INSUFFICIENT_AUTHENTICATION
    assert pod.sent == []


async def test_a_firmware_update_ends_the_link_and_may_take_the_stream_away(bumble_rig: BumbleRig) -> None:
    async with on_air(bumble_rig, "sofp") as pod:
        async with connected(bumble_rig) as central:
            await begin(central, "sofp")
            await pod.update_firmware("2.0.0", without=["data"])
        async with connected(bumble_rig) as central:
            uuids = {c.uuid for service in central.client.services for c in service.characteristics}
            assert SOFP_DATA not in uuids
            assert {SOFP_INFO, SOFP_CONTROL, SOFP_STATUS} <= uuids
            assert await central.client.read_gatt_char(FIRMWARE) == b"2.0.0"
            await central.listen(SOFP_CONTROL)
            assert await central.ask(SOFP_CONTROL, "01 03", on=SOFP_CONTROL) == b"\x81\x00"
        await pod.update_firmware("2.0.1")
        async with connected(bumble_rig) as central:
            await begin(central, "sofp")
            await central.hears(SOFP_DATA, 2)


async def test_a_stalled_link_takes_as_much_as_the_radio_holds(bumble_rig: BumbleRig) -> None:
    bumble_rig.air.supervision_timeout_s = 5.0
    async with on_air(bumble_rig, "movesense_gsp") as pod, connected(bumble_rig) as central:
        await begin(central, "movesense_gsp")
        await central.hears(movesense.DATA, 3)
        bumble_rig.air.silence(ADDRESS)
        await pod.clock.until(pod.clock.begin() + 2.0)
        bumble_rig.air.back(ADDRESS)
        heard = await central.hears(movesense.DATA, 60)
        assert central.client.is_connected

    assert pod.lost > 20
    assert heard == pod.values("data")[: len(heard)]


async def test_pods_on_one_clock_are_worn_by_one_runner(bumble_rig: BumbleRig) -> None:
    run, clock = run_of("sofp"), RunClock(SPEED)
    left = SofpPod(await bumble_rig.peripheral("left", ADDRESS), run, Foot.LEFT, clock=clock)
    right = SofpPod(await bumble_rig.peripheral("right", OTHER_ADDRESS), run, Foot.RIGHT, clock=clock)
    async with left, right:
        async with connected(bumble_rig) as central:
            await begin(central, "sofp")
            await central.hears(SOFP_DATA, 1)
        async with connected(bumble_rig, OTHER_ADDRESS) as central:
            earliest_s = clock.begin()
            await begin(central, "sofp")
            latest_s = clock.begin()
            await central.hears(SOFP_DATA, 1)

    indices = [int.from_bytes(pod.values("data")[0][4:8], "little") for pod in (left, right)]
    times_s = [run.feet[pod.foot].samples.t_s[i] for pod, i in zip((left, right), indices, strict=True)]
    assert 0.0 <= times_s[0] < 0.05
    assert earliest_s <= times_s[1] <= latest_s + 0.01
