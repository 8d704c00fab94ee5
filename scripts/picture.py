"""Draws what the heel does: the foot's pitch through a stride, kissed against held, on a simulated run.

python scripts/picture.py docs/images
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from stridesense.dsp.conditioner import Conditioner
from stridesense.model import Foot, HeelState, RawPacket, SampleBlock, SignalBlock, Stride
from stridesense.model.samples import FloatArray
from stridesense.pipeline import Pipeline
from stridesense.protocol.decoder import Decoder
from stridesense.simulator import parse, simulate

SCENARIO: Final = """
seed = 5
feet = ["left"]
[[block]]
activity = "stand"
duration_s = 4
[[block]]
activity = "run"
duration_s = 30
[[block]]
activity = "run"
duration_s = 30
heel = "held"
"""
WIDTH, HEIGHT = 1200, 900
INK, PALE, GRID = "#1f2a37", "#6b7684", "#e6eaef"
COLOURS: Final = {HeelState.KISSED: "#0d9488", HeelState.HELD: "#e2542c"}
WORDS: Final = {HeelState.KISSED: "heel kisses the ground", HeelState.HELD: "heel held up"}
SVG: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
    'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">'
)
POSES: Final = {450: "landing", 665: "mid-stance", 880: "heel off", 1075: "toe-off"}
BEFORE_S, AFTER_S, STEP_S = 0.06, 0.80, 0.002


@dataclass(frozen=True, slots=True)
class Style:
    """The strides of one kind: pitch against time after landing, and the moments of the mean stride."""

    heel: HeelState
    pitch_deg: FloatArray
    heel_down_s: float | None
    heel_off_s: float
    terminal_contact_s: float

    @property
    def mean_deg(self) -> FloatArray:
        """(n,) mean pitch on the common time base."""
        return self.pitch_deg.mean(axis=0)

    def at(self, t_s: float) -> float:
        """Mean pitch in degrees `t_s` after landing."""
        return float(np.interp(t_s, time_s(), self.mean_deg))


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle of the page and the values that it spans."""

    x: float
    y: float
    width: float
    height: float
    from_s: float
    to_s: float
    low_deg: float
    high_deg: float

    def point(self, t_s: float, pitch_deg: float) -> tuple[float, float]:
        """Where a value lies on the page."""
        right = (t_s - self.from_s) / (self.to_s - self.from_s)
        up = (pitch_deg - self.low_deg) / (self.high_deg - self.low_deg)
        return self.x + right * self.width, self.y + (1.0 - up) * self.height


WHOLE: Final = Panel(90, 132, 1060, 110, -BEFORE_S, AFTER_S, -115, 25)
STANCE: Final = Panel(90, 322, 1060, 270, -0.03, 0.32, -58, 7)


def time_s() -> FloatArray:
    """The common time base: seconds after landing."""
    return np.arange(-BEFORE_S, AFTER_S, STEP_S)


def measured() -> tuple[list[SignalBlock], list[Stride]]:
    """The left foot's signals and strides, from packets alone."""
    packets: list[RawPacket] = list(simulate(parse(SCENARIO, "picture")).packets())
    decoder, conditioner, pipeline = Decoder(), Conditioner(), Pipeline()
    blocks = [
        block for packet in packets for block in decoder.process(packet) if isinstance(block, SampleBlock)
    ]
    signals = [out for block in blocks for out in conditioner.process(block)] + conditioner.flush()
    outcomes = [out for packet in packets for out in pipeline.process(packet)]
    strides = [out for out in outcomes if isinstance(out, Stride) and out.foot is Foot.LEFT]
    return [block for block in signals if isinstance(block, SignalBlock)], strides


def style(heel: HeelState, signals: Sequence[SignalBlock], strides: Iterable[Stride]) -> Style:
    """All strides of one kind, laid over each other at the landing."""
    chosen = [stride for stride in strides if stride.heel_state is heel and stride.heel_off_s is not None][
        3:-3
    ]
    t_s = np.concatenate([block.t_s for block in signals])
    pitch_deg = np.concatenate([block.pitch_deg + block.tilt_offset_deg for block in signals])
    curves = [np.interp(stride.initial_contact_s + time_s(), t_s, pitch_deg) for stride in chosen]

    def mean_after_landing(name: str) -> float | None:
        moments = [(getattr(stride, name), stride.initial_contact_s) for stride in chosen]
        delays_s = [moment - landing for moment, landing in moments if moment is not None]
        return float(np.mean(delays_s)) if len(delays_s) > len(chosen) / 2 else None

    return Style(
        heel,
        np.array(curves),
        mean_after_landing("heel_down_s"),
        mean_after_landing("heel_off_s") or 0.0,
        mean_after_landing("terminal_contact_s") or 0.0,
    )


def path(points: Iterable[tuple[float, float]]) -> str:
    """SVG path data through points."""
    return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def text(x: float, y: float, words: str, *, size: int = 15, fill: str = INK, extra: str = "") -> str:
    """One line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" {extra}>{words}</text>'


def curve(panel: Panel, drawn: Style) -> str:
    """The mean stride and, pale around it, one standard deviation."""
    inside = (time_s() >= panel.from_s) & (time_s() <= panel.to_s)
    t_s, mean, spread = time_s()[inside], drawn.mean_deg[inside], drawn.pitch_deg.std(axis=0)[inside]
    colour = COLOURS[drawn.heel]
    upper = [panel.point(t, p) for t, p in zip(t_s, mean + spread, strict=True)]
    lower = [panel.point(t, p) for t, p in zip(t_s, mean - spread, strict=True)]
    line = [panel.point(t, p) for t, p in zip(t_s, mean, strict=True)]
    return (
        f'<path d="{path([*upper, *reversed(lower)])} Z" fill="{colour}" opacity="0.15"/>'
        f'<path d="{path(line)}" fill="none" stroke="{colour}" stroke-width="3.5" stroke-linejoin="round"/>'
    )


def curves(panel: Panel, name: str, styles: Iterable[Style]) -> list[str]:
    """The mean strides, cut off at the rectangle of the panel."""
    return [f'<g clip-path="url(#{name})">', *(curve(panel, drawn) for drawn in styles), "</g>"]


def axes(panel: Panel, name: str, degrees: Iterable[int], milliseconds: Iterable[int]) -> str:
    """Grid and numbers of a panel, and the clip path by its name."""
    size = f'x="{panel.x}" y="{panel.y}" width="{panel.width}" height="{panel.height}"'
    parts = [f'<clipPath id="{name}"><rect {size}/></clipPath>']
    for value in degrees:
        _, y = panel.point(0, value)
        stroke = GRID if value else f'{PALE}" stroke-dasharray="5 5'
        parts.append(f'<path d="M{panel.x},{y:.1f} h{panel.width}" stroke="{stroke}"/>')
        parts.append(text(panel.x - 10, y + 5, f"{value}°", size=13, fill=PALE, extra='text-anchor="end"'))
    for value in milliseconds:
        x, _ = panel.point(value / 1000, 0)
        parts.append(f'<path d="M{x:.1f},{panel.y} v{panel.height}" stroke="{GRID}"/>')
        y = panel.y + panel.height + 19
        parts.append(text(x, y, f"{value} ms", size=13, fill=PALE, extra='text-anchor="middle"'))
    return "".join(parts)


def moments(drawn: Style) -> dict[str, float]:
    """The named moments of a stride, in seconds after landing."""
    down = {} if drawn.heel_down_s is None else {"heel down": drawn.heel_down_s}
    return {"landing": 0.0} | down | {"heel off": drawn.heel_off_s, "toe-off": drawn.terminal_contact_s}


def marks(drawn: Style, *, named: bool) -> str:
    """A dot at each moment of the mean stride in the stance panel, with its name if wanted."""
    parts = []
    for name, t_s in moments(drawn).items():
        x, y = STANCE.point(t_s, drawn.at(t_s))
        ring = f'fill="white" stroke="{COLOURS[drawn.heel]}" stroke-width="3.5"'
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" {ring}/>')
        if named:
            below = 40 if name == "landing" else 0  # above it lies the other curve
            parts.append(text(x + 12, y - 12 + below, name, size=16, extra='font-weight="600"'))
    return "".join(parts)


def shoe(x: float, ground: float, pitch_deg: float, colour: str) -> str:
    """A shoe that stands on the ball of the foot at `x`; its rear part turns, its toes stay on the ground."""
    rear = "M0,0 L-96,0 C-104,-8 -103,-26 -98,-46 C-88,-52 -74,-52 -62,-48 C-48,-34 -24,-26 -2,-22 Z"
    toes = "M-4,0 L30,0 C40,-1 41,-9 36,-13 C27,-19 10,-22 -4,-22 Z"
    return (
        f'<g transform="translate({x:.1f},{ground})" fill="{colour}">'
        f'<path d="{rear}" transform="rotate({-min(pitch_deg, 0.0):.1f})"/><path d="{toes}"/></g>'
    )


def shoes(drawn: Style, ground: float) -> str:
    """The foot as it stood at landing, in mid-stance, at heel off and at toe-off."""
    seen = {**moments(drawn), "mid-stance": 0.4 * drawn.terminal_contact_s}
    colour = COLOURS[drawn.heel]
    parts = [
        f'<path d="M355,{ground} H1150" stroke="{PALE}" stroke-width="1.5"/>',
        text(90, ground - 14, WORDS[drawn.heel], size=18, fill=colour, extra='font-weight="700"'),
    ]
    for x, name in POSES.items():
        pitch_deg = drawn.at(seen[name])
        parts.append(shoe(x, ground, pitch_deg, colour))
        parts.append(text(x + 46, ground - 8, f"{pitch_deg:+.0f}°", size=14, fill=PALE))
    return "".join(parts)


def page(styles: Sequence[Style]) -> str:
    """The whole picture."""
    count = " and ".join(f"{len(drawn.pitch_deg)} {drawn.heel}" for drawn in styles)
    begin, _ = WHOLE.point(STANCE.from_s, 0)
    end, _ = WHOLE.point(STANCE.to_s, 0)
    said = f"The foot's pitch as StrideSense measures it on a simulated run, {count} strides"
    parts = [
        SVG,
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="16" fill="white"/>',
        text(90, 56, "Does the heel come down?", size=30, extra='font-weight="700"'),
        text(90, 86, said, fill=PALE),
        text(90, 122, "one stride, toes up positive", size=14, fill=PALE),
        f'<path d="M{begin:.1f},{WHOLE.y} H{end:.1f} v{WHOLE.height} H{begin:.1f}" fill="#f2f4f7"/>',
        axes(WHOLE, "whole", (-80, -40, 0), (0, 200, 400, 600)),
        *curves(WHOLE, "whole", styles),
        text(
            90,
            308,
            "the foot on the ground: 0° is standing flat, below it the heel is up",
            size=14,
            fill=PALE,
        ),
        axes(STANCE, "stance", (-50, -40, -30, -20, -10, 0), (0, 50, 100, 150, 200, 250, 300)),
        *curves(STANCE, "stance", styles),
        *(marks(drawn, named=drawn.heel is HeelState.KISSED) for drawn in reversed(styles)),
        *(text(x - 40, 645, name, size=14, fill=PALE) for x, name in POSES.items()),
        *(shoes(drawn, 766 + 112 * row) for row, drawn in enumerate(styles)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main(folder: Path) -> None:
    """Write the picture into `folder`."""
    signals, strides = measured()
    styles = [style(heel, signals, strides) for heel in (HeelState.KISSED, HeelState.HELD)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "heel.svg").write_text(page(styles), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
