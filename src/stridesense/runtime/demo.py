"""The demo: a virtual runner on two pods who holds the heels up for a while."""

from typing import Final

from stridesense.runtime.clock import Clock
from stridesense.runtime.pacing import Paced
from stridesense.simulator.scenario import load
from stridesense.sources.simulated import SimulatedSource

SCENARIO: Final = "demo"
LASTS_S: Final = 30.0
"""How long the demo takes, whatever the length of the scenario."""


def demo_source(clock: Clock) -> Paced:
    """The run of the demo, fast enough to end after `LASTS_S`."""
    scenario = load(SCENARIO)
    return Paced(SimulatedSource(scenario), speed=scenario.duration_s / LASTS_S, clock=clock)
