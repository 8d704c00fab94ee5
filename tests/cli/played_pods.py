"""Pods and a radio in memory that play a simulated run."""

import asyncio
from collections.abc import Callable

from sources.memory_radio import MemoryConnection, MemoryPod, MemoryRadio
from stridesense.model import Foot
from stridesense.protocol import registry
from stridesense.simulator import SimulatedRun
from stridesense.sources.radio import Advertisement

LEFT, RIGHT, LAMP = "F0:F0:F0:F0:F0:01", "F0:F0:F0:F0:F0:02", "F0:F0:F0:F0:F0:03"
SPEC = registry.find("sofp")
UUID = {role: described.uuid[0] for role, described in SPEC.characteristics.items()}
SERVICE = str(SPEC.recognise[0].service)


class PlayedPod(MemoryPod):
    """A SOFP pod that has sent its whole run a moment after it is started, and stays connected."""

    def __init__(self, run: SimulatedRun, foot: Foot, address: str, on_end: Callable[[], None]) -> None:
        sent = [packet for packet in run.packets() if packet.foot is foot]
        first = {packet.characteristic: packet.payload for packet in reversed(sent)}
        super().__init__(
            Advertisement(
                address,
                f"Pod {address[-1]}",
                -50,
                frozenset({SERVICE}),
                manufacturer_data={0xFFFF: b"\x01\x00\x57"},
            ),
            {uuid: first.get(role, b"") for role, uuid in UUID.items()},
            {b"\x01\x03": [(UUID["control"], b"\x81\x00")]},
        )
        self._data = [packet.payload for packet in sent if packet.characteristic == "data"]
        self._on_end = on_end

    def play(self) -> None:
        for payload in self._data:
            self.listeners[UUID["data"]](payload)
        self._on_end()


class PlayingRadio(MemoryRadio):
    """Plays each pod a tenth of a second after it was connected."""

    async def connect(self, advertisement: Advertisement, on_lost: Callable[[], None]) -> MemoryConnection:
        connection = await super().connect(advertisement, on_lost)
        pod = self.pods[advertisement.address]
        assert isinstance(connection, MemoryConnection)
        if isinstance(pod, PlayedPod):
            asyncio.get_running_loop().call_later(0.1, lambda: pod.play() if pod.listeners else None)
        return connection
