"""Back-pressure for peripherals: Bumble's host takes packets without end, however slow the link is."""

import asyncio
from contextlib import suppress

from bumble.device import Device

MOST_WAITING = 32
LOOK_AGAIN_S = 0.1


async def room_to_send(device: Device) -> None:
    """Return once few packets wait in a device's host."""
    queue = device.host.le_acl_packet_queue
    while queue is not None and queue.pending > MOST_WAITING:
        flowing = asyncio.Event()
        queue.once("flow", flowing.set)
        with suppress(TimeoutError):  # a link that is lost empties the queue without a word
            await asyncio.wait_for(flowing.wait(), LOOK_AGAIN_S)
