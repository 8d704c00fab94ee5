"""How the sensor's place on the foot is learned, and what is remembered of it meanwhile."""

from dataclasses import dataclass, field

from stridesense.dsp.alignment import Alignment, Stillness
from stridesense.dsp.evidence import Evidence, EvidenceParams
from stridesense.dsp.kernels import Memory
from stridesense.dsp.moved import MovedParams, Watch
from stridesense.dsp.orientation import TiltParams, orient
from stridesense.dsp.projection import project
from stridesense.dsp.survey import survey
from stridesense.dsp.waiting import Held


@dataclass(frozen=True, slots=True)
class ConditionerParams:
    """How the sensor's place on the foot is learned and its signals are smoothed.

    Attributes:
        smoothing_hz: cut-off of the low-pass on pitch rate, Hz (Falbriard 2018: 30).
        hop_s: stillness and rotation are looked at once in this time, s.
        look_s: the axes follow, and the mounting is checked, once in this much rotation, s.
        rotation_s: rotation needed to find the axes when the runner stood first, s.
        rotation_alone_s: rotation needed when there was no standing start, s.
        hold_s: longest time that samples wait for the axes, s.
        evidence: what standing and moving say about the mounting.
        moved: when the pod has turned on the shoe.
        tilt: trust in gravity and in the integral.
    """

    smoothing_hz: float = 30.0
    hop_s: float = 0.25
    look_s: float = 0.4
    rotation_s: float = 1.5
    rotation_alone_s: float = 3.0
    hold_s: float = 12.0
    evidence: EvidenceParams = field(default_factory=EvidenceParams)
    moved: MovedParams = field(default_factory=MovedParams)
    tilt: TiltParams = field(default_factory=TiltParams)


@dataclass(slots=True)
class ConditionerState:
    """Evidence for the alignment, the samples that wait for it, and the running orientation.

    `hop` has the sums over the hop at hand, of which `hop_samples` out of `hop_size` have come,
    `looked_s` is the rotation since the axes were looked at, `moved` whether the pod has turned on the shoe
    since the foot was last seen standing.
    """

    hop: Memory = field(default_factory=survey.begin)
    hop_samples: int = 0
    hop_size: int = 0
    held: list[Held] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)
    alignment: Alignment | None = None
    watch: Watch = field(default_factory=Watch)
    looked_s: float = 0.0
    moved: bool = False
    projection: Memory = field(default_factory=project.begin)
    orientation: Memory = field(default_factory=orient.begin)
    sampling_rate_hz: float = 0.0

    def begin_anew(self, still: Stillness) -> None:
        """What moved before was not the foot that stands now: find the axes again, from this stand."""
        self.evidence, self.alignment, self.watch = Evidence(still=still), None, Watch()
        self.projection, self.orientation = project.begin(), orient.begin()
        self.looked_s, self.moved = 0.0, False
