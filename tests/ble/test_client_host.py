"""What may happen to the computer's Bluetooth in mid-run, and how the client comes back from it."""

import pytest

from ble.listening import LEFT, Heard, becomes, listening, long_run, pod_of, worn
from ble.peripherals import SofpPod
from ble.rigs.box_rig import BoxRig
from ble.rigs.fake_rig import FakeBlueZRig
from stridesense.model import Foot
from stridesense.model.pods import LinkState
from stridesense.simulator import SimulatedRun

BlueZRig = FakeBlueZRig | BoxRig
BACK_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return long_run()


async def reads(heard: Heard, sentence: str) -> None:
    """Wait until the runner is told this."""
    await heard.until(lambda: any(sentence in reason for reason in heard.reasons(Foot.LEFT)))


async def streams_anew(heard: Heard, connections: int) -> None:
    await heard.until(lambda: heard.count(Foot.LEFT, LinkState.STREAMING) == connections)
    await heard.streams(Foot.LEFT)


async def test_bluetoothd_is_killed_and_started_again(bluez_rig: BlueZRig, run: SimulatedRun) -> None:
    async with worn(bluez_rig, run) as (_, heard):
        await heard.streams(Foot.LEFT)
        await bluez_rig.kill_bluetoothd()
        await heard.until(lambda: LinkState.SILENT in heard.states(Foot.LEFT))
        await reads(heard, "start it with `sudo systemctl start bluetooth`")
        await bluez_rig.start_bluetoothd()
        await heard.streams(Foot.LEFT, timeout_s=BACK_WITHIN_S)
    assert not any(bus.connected for bus in bluez_rig.connections)


async def test_the_adapter_is_switched_off_and_on(bluez_rig: BlueZRig, run: SimulatedRun) -> None:
    async with worn(bluez_rig, run) as (_, heard):
        await heard.streams(Foot.LEFT)
        await bluez_rig.bluez.power(on=False)
        await reads(heard, "Bluetooth is switched off: switch it on")
        await bluez_rig.bluez.power(on=True)
        await heard.streams(Foot.LEFT, timeout_s=BACK_WITHIN_S)


async def test_the_bus_is_gone_and_comes_back(fake_bluez: FakeBlueZRig, run: SimulatedRun) -> None:
    async with worn(fake_bluez, run) as (_, heard):
        await heard.streams(Foot.LEFT)
        await fake_bluez.bus.kill()
        await fake_bluez.kill_bluetoothd()  # it ends with its bus
        await reads(heard, "Bluetooth service does not run")
        await fake_bluez.bus.start()
        await fake_bluez.start_bluetoothd()
        await heard.streams(Foot.LEFT, timeout_s=BACK_WITHIN_S)


async def test_each_lost_connection_gives_back_its_place_on_the_bus(
    bluez_rig: BlueZRig, run: SimulatedRun
) -> None:
    async with SofpPod(await bluez_rig.peripheral("pod", LEFT), run, Foot.LEFT) as pod:
        async with listening(bluez_rig, {Foot.LEFT: pod_of(pod)}) as heard:
            for number in range(1, 5):
                await streams_anew(heard, number)
                assert sum(bus.connected for bus in bluez_rig.connections) == 1
                bluez_rig.air.lose(LEFT)
        await becomes(lambda: not any(bus.connected for bus in bluez_rig.connections))
    assert len(set(heard.of(Foot.LEFT, "data"))) == len(heard.of(Foot.LEFT, "data"))
