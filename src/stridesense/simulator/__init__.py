"""A virtual runner with pods on the feet: a source like any other, and the yardstick of the tests.

`simulate(load("easy_run"))` gives the packets that a host would receive and the truth behind them.
"""

from stridesense.simulator.runner import SimulatedRun, simulate
from stridesense.simulator.scenario import Scenario, load, names, parse
from stridesense.simulator.truth import StrideTruth

__all__ = ["Scenario", "SimulatedRun", "StrideTruth", "load", "names", "parse", "simulate"]
