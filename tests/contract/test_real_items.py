"""What really flows down the river is what the contract says."""

from coached import eager_pipeline
from contract.keeping import faults
from stridesense.contract.records import record
from stridesense.contract.topics import A_FOOT, Envelope, Kind, topic
from stridesense.model import CoachReport, Cue, Foot, GaitEvent, Gap, Malformed, SessionZero, Withheld
from stridesense.simulator import parse, simulate

RUN = """
seed = 5
[radio]
loss_percent = 0.5
[[block]]
activity = "stand"
duration_s = 4
[[block]]
activity = "run"
duration_s = 60
heel = "held"
[[block]]
activity = "hop"
duration_s = 8
[[block]]
activity = "stand"
duration_s = 4
"""
NOT_TOLD = SessionZero | GaitEvent | Gap | Malformed | Withheld | CoachReport


def test_each_item_of_a_run_keeps_the_contract() -> None:
    pipeline = eager_pipeline()
    run = simulate(parse(RUN, "held, then hops"))
    items = [item for packet in run.packets() for item in pipeline.process(packet)] + pipeline.flush()
    envelope, kinds = Envelope("sid"), set()
    for item in items:
        if isinstance(item, NOT_TOLD):
            continue
        said = record(item) | ({"valid_until": 1.0} if isinstance(item, Cue) else {})
        kind = Kind(str(said["type"]))
        foot = Foot(str(said["foot"])) if kind in A_FOOT else None
        kinds.add(kind)
        name = topic("pod", kind, foot)
        assert faults(name, envelope.wrap(name, 1.0, said)) == []
    assert kinds == {
        Kind.STRIDE,
        Kind.SHAPE,
        Kind.LINK,
        Kind.CUE,
        Kind.HOP,
        Kind.DRILL,
        Kind.BUDGET,
    }
