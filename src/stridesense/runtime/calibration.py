"""Calibrates the pods of a shoe with one run, through the same pipeline as any other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from stridesense.errors import InputError
from stridesense.gait.calibration import FootFindings, findings, usual_after
from stridesense.gait.own_line import OwnUsualState
from stridesense.gait.pod_check import PodCheck
from stridesense.gait.speed import SpeedCalibration
from stridesense.model import Foot, Gap, RawPacket, SampleBlock, Stride
from stridesense.pipeline import Pipeline
from stridesense.protocol.decoder import Decoder
from stridesense.runtime.profile import FootProfile, HabitTable, ShoeProfile
from stridesense.runtime.session import SessionReport, outcomes


@dataclass(slots=True)
class Checks:
    """What the packets themselves tell, taken while they flow by."""

    feet: dict[Foot, PodCheck] = field(default_factory=lambda: defaultdict(PodCheck))
    protocols: dict[Foot, str] = field(default_factory=dict)

    def over(self, packets: Iterable[RawPacket]) -> Iterator[RawPacket]:
        """Hand the packets on."""
        decoder = Decoder()
        for packet in packets:
            self.protocols[packet.foot] = packet.protocol
            for item in decoder.process(packet):
                if isinstance(item, SampleBlock | Gap):
                    self.feet[item.foot].take(item)
            yield packet


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What a run told: of each foot, and what the pods speak."""

    feet: dict[Foot, FootFindings]
    protocols: dict[Foot, str]

    @property
    def strides(self) -> list[Stride]:
        """The running strides of all feet."""
        return [stride for foot in self.feet.values() for stride in foot.strides]


def calibrate(packets: Iterable[RawPacket]) -> Calibrated:
    """Find out how the pods sit and how the runner runs.

    Args:
        packets: of a session that begins with standing and goes on with running, in order of arrival.

    Raises:
        InputError: the session is not of that kind.
    """
    checks, pipeline, report = Checks(), Pipeline(), SessionReport()
    strides = [
        outcome for outcome in outcomes(checks.over(packets), pipeline, report) if isinstance(outcome, Stride)
    ]
    if not checks.feet:
        msg = next(report.remarks())
        raise InputError(msg)
    alignments = pipeline.alignments
    feet = {
        foot: findings(foot, check, alignments.get(foot), [each for each in strides if each.foot is foot])
        for foot, check in sorted(checks.feet.items())
    }
    return Calibrated(feet, checks.protocols)


def profile_of(
    shoe: str,
    found: Calibrated,
    speed: SpeedCalibration,
    recorded: datetime | None,
    before: ShoeProfile | None,
) -> ShoeProfile:
    """What is to be kept of a run; feet that were not recorded stay as they were before."""
    usual = usual_after(found.strides, speed)
    feet = {foot: _foot_profile(one, found.protocols[foot], usual) for foot, one in found.feet.items()}
    kept = {} if before is None else dict(before.feet)
    return ShoeProfile(shoe=shoe, recorded=recorded, speed=speed, feet=kept | feet)


def _foot_profile(found: FootFindings, protocol: str, usual: OwnUsualState) -> FootProfile:
    axes = found.axes
    return FootProfile(
        protocol=protocol,
        sampling_rate_hz=found.sampling_rate_hz,
        ml_axis=(axes.ml_x, axes.ml_y, axes.ml_z),
        up_axis=(axes.up_x, axes.up_y, axes.up_z),
        bias_radps=(axes.bias_x, axes.bias_y, axes.bias_z),
        confidence=found.confidence,
        by_speed=HabitTable.of(usual.by_speed.get(found.foot)),
        by_contact=HabitTable.of(usual.by_contact.get(found.foot)),
    )
