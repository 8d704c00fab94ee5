"""The pods as Bluetooth peripherals: what real ones advertise, show, answer and send, fed by a simulated run.

    pod = PolarPod(await rig.peripheral("pod", "F0:F0:F0:F0:F0:01"), run, Foot.LEFT)
    async with pod:
        ...             # connect, subscribe, start; then compare with pod.sent

The run must be one whose pod speaks the protocol: `load("polar_sense")`, or `[pod] protocol = ...`.
"""

from typing import Any, Final

from bumble.device import Device

from ble.pods.base import Peripheral
from ble.pods.knobs import Faults, RunClock
from ble.pods.movesense import MovesensePod
from ble.pods.polar import PolarPod
from ble.pods.rsc import RscPod
from ble.pods.sofp import SofpPod
from stridesense.model import Foot
from stridesense.simulator import SimulatedRun

__all__ = [
    "PODS",
    "Faults",
    "MovesensePod",
    "Peripheral",
    "PolarPod",
    "RscPod",
    "RunClock",
    "SofpPod",
    "pod_of",
]

PODS: Final[dict[str, type[Peripheral[Any]]]] = {
    "sofp": SofpPod,
    "polar_pmd": PolarPod,
    "movesense_gsp": MovesensePod,
    "rsc": RscPod,
}


def pod_of(device: Device, run: SimulatedRun, foot: Foot, clock: RunClock | None = None) -> Peripheral[Any]:
    """The peripheral that speaks the protocol of a run's pods."""
    return PODS[run.scenario.pod.protocol](device, run, foot, clock=clock)
