"""Pods in words: how the link is, what was lost, and the figures of a pod that makes its own."""

from dataclasses import fields, replace
from typing import Final

from stridesense.model import Foot, LinkState, PodReading, PodReport

QUANTITIES: Final = tuple(field.name for field in fields(PodReading) if field.name not in {"foot", "t_s"})

WORRYING: Final = (LinkState.SILENT, LinkState.LOST, LinkState.UNUSABLE)


def pod_name(foot: Foot) -> str:
    """What a foot's pod is called."""
    return "pod" if foot is Foot.UNKNOWN else f"{foot} pod"


def describe_link(report: PodReport) -> str:
    """State and signal in a few words; the reason where there is one."""
    parts = [str(report.state or "recorded")]
    if report.name or report.address:
        parts.append(f"{report.name or ''} {report.address or ''}".strip())
    if report.rssi_dbm is not None:
        parts.append(f"{report.rssi_dbm} dBm")
    if report.battery_percent is not None:
        parts.append(f"battery {report.battery_percent} %")
    if report.reconnects:
        times = "once" if report.reconnects == 1 else f"{report.reconnects} times"
        parts.append(f"reconnected {times}")
    return ", ".join(parts) + (f": {report.reason}" if report.reason else "")


def describe_stream(report: PodReport) -> str:
    """Rate and losses in a few words."""
    parts = []
    if report.sampling_rate_hz is not None:
        parts.append(f"{report.sampling_rate_hz:.1f} Hz")
    lost = [f"{count} ({cause})" for cause, count in report.lost.items()]
    if lost:
        parts.append(f"lost {', '.join(lost)} in {report.gaps} gaps")
    counted = {"doubled": report.duplicates, "late": report.late, "malformed": report.malformed}
    parts += [f"{count} {name}" for name, count in counted.items() if count]
    return ", ".join(parts)


def newest(known: PodReading | None, reading: PodReading) -> PodReading:
    """What a pod said last of each quantity: speed and power come apart."""
    told = {
        name: value for name in QUANTITIES if (value := getattr(reading, name)) is not None or known is None
    }
    return replace(known or reading, t_s=reading.t_s, **told)


def describe_reading(reading: PodReading) -> str:
    """The pod's own figures in a few words."""
    parts = []
    if reading.speed_mps is not None:
        parts.append(f"speed {reading.speed_mps:.2f} m/s")
    if reading.cadence_spm is not None:
        parts.append(f"cadence {reading.cadence_spm:.0f} /min")
    if reading.stride_length_m is not None:
        parts.append(f"stride {reading.stride_length_m:.2f} m")
    if reading.distance_m is not None:
        parts.append(f"distance {reading.distance_m:.0f} m")
    if reading.power_w is not None:
        parts.append(f"power {reading.power_w:.0f} W")
    if reading.running is not None:
        parts.append("running" if reading.running else "walking")
    return ", ".join(parts)
