"""The demo: a virtual runner on two pods who holds the heels up for a while."""

from typing import Final

from stridesense.runtime.clock import Clock
from stridesense.runtime.config import Settings
from stridesense.runtime.pacing import Paced
from stridesense.runtime.profile import ShoeProfile
from stridesense.runtime.setup import Setup
from stridesense.simulator.scenario import load
from stridesense.sources.simulated import SimulatedSource

SCENARIO: Final = "demo"
LASTS_S: Final = 30.0
"""How long the demo takes, whatever the length of the scenario."""


def demo_source(clock: Clock) -> Paced:
    """The run of the demo, fast enough to end after `LASTS_S`."""
    scenario = load(SCENARIO)
    return Paced(SimulatedSource(scenario), speed=scenario.duration_s / LASTS_S, clock=clock)


def demo_setup(settings: Settings, shoe: ShoeProfile | None) -> Setup:
    """The start of the demo: its run is shorter than a warm-up, so the coach speaks from the first window on.

    Raises:
        UsageError: there are no words in the language of the settings.
    """
    coach = settings.coach.model_copy(update={"warm_up_s": 0.0, "probe_s": 0.0})
    return Setup.first(settings.model_copy(update={"coach": coach}), shoe)
