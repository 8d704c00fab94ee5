"""The model of the radio."""

import asyncio
import itertools

from ble.rigs.bumble_rig import BumbleRig, ending
from ble.rigs.driving import ADDRESS, emitting, session
from ble.rigs.flow import MOST_WAITING


async def longest_pause_s(rig: BumbleRig, count: int = 100) -> float:
    """Between two packets of a stream at 200 Hz, none of which is lost."""
    emitter = await emitting(rig)
    async with session(rig) as one:
        numbers = await emitter.emit(count, rate_hz=200.0, size=24)
        assert await one.inbox.holds(count) == list(numbers)
    times_s = one.inbox.times_s
    pauses_s = [later - earlier for earlier, later in itertools.pairwise(times_s)]
    assert sum(pause_s > 0.010 for pause_s in pauses_s) <= count // 5, "a burst holds about six packets"
    return max(pauses_s)


async def test_packets_come_in_bursts(bumble_rig: BumbleRig) -> None:
    assert await longest_pause_s(bumble_rig) > 0.020


async def test_a_missed_event_makes_the_pause_longer(bumble_rig: BumbleRig) -> None:
    bumble_rig.air.missed_events = 0.5
    assert await longest_pause_s(bumble_rig) > 0.050


async def test_a_link_holds_back_who_sends_too_fast(bumble_rig: BumbleRig) -> None:
    bumble_rig.air.packets_per_event = 4  # 133 packets/s at 30 ms
    emitter = await emitting(bumble_rig)
    async with session(bumble_rig) as one:
        queue = emitter.device.host.le_acl_packet_queue
        assert queue is not None
        sending = asyncio.create_task(emitter.emit(150, rate_hz=1000.0, size=24))
        most = 0
        while not sending.done():
            most = max(most, queue.pending)
            await asyncio.sleep(0.01)
        assert most <= MOST_WAITING + 1
        assert await one.inbox.holds(150) == list(await sending)


async def test_silence_of_all_ends_every_link(bumble_rig: BumbleRig) -> None:
    emitter = await emitting(bumble_rig)
    async with session(bumble_rig) as one:
        bumble_rig.air.silence()
        await one.is_gone()
        assert not bumble_rig.air.is_connected(ADDRESS)
        assert not emitter.device.connections


async def test_a_goodbye_that_nobody_hears_ends_by_the_timeout(bumble_rig: BumbleRig) -> None:
    emitter = await emitting(bumble_rig)
    async with session(bumble_rig) as one:
        bumble_rig.air.silence(ADDRESS)
        await one.client.disconnect()
        (connection,) = emitter.device.connections.values()
        assert await asyncio.wait_for(ending(connection), 5.0) == 0x08
