"""A picture of the errors of each method by strike type, as plain SVG for light and dark pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from stridesense.model import StrikeType
from stridesense.validation.bars import TIMED
from stridesense.validation.peers import OURS, Method
from stridesense.validation.statistics import Spread, pooled, spread

_LEFT, _TOP, _ROW, _PANEL, _BETWEEN = 214.0, 78.0, 44.0, 270.0, 24.0
_REACH_MS: Final = 45.0
_TICKS_MS: Final = (-40, -20, 0, 20, 40)
_STRIKES: Final = {StrikeType.REARFOOT: "rear", StrikeType.MIDFOOT: "mid", StrikeType.FOREFOOT: "fore"}
_STYLE: Final = """\
<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2a37 }
  .head { font-size: 15px; font-weight: 600 } .ours { font-weight: 700 } .small { font-size: 11px }
  .page { fill: #ffffff } .grid { stroke: #d5dbe3 } .zero { stroke: #6b7684 } .band { fill: #eef6f5 }
  .rear { stroke: #b45309; fill: #b45309 } .mid { stroke: #0d9488; fill: #0d9488 }
  .fore { stroke: #6d28d9; fill: #6d28d9 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e5e9ef } .page { fill: #12181f } .grid { stroke: #303a46 } .zero { stroke: #8b96a5 }
    .band { fill: #16262a } .rear { stroke: #fbbf24; fill: #fbbf24 } .mid { stroke: #2dd4bf; fill: #2dd4bf }
    .fore { stroke: #c4b5fd; fill: #c4b5fd }
  }
  text.rear, text.mid, text.fore { paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
  @media (prefers-color-scheme: dark) { text.rear, text.mid, text.fore { stroke: #12181f } }
</style>"""


@dataclass(frozen=True, slots=True)
class _Panel:
    """One quantity: where its zero lies and how wide a millisecond is."""

    left: float
    quantity: str

    def x(self, error_ms: float) -> float:
        """Place of an error; those beyond the panel are at its edge."""
        inside = min(_REACH_MS, max(-_REACH_MS, error_ms))
        return self.left + _PANEL * (inside + _REACH_MS) / (2 * _REACH_MS)


def plot(methods: Sequence[Method]) -> str:
    """Bias as a dot and SD as a whisker to both sides, of landing, toe-off and contact time."""
    timed = [method for method in methods if any(TIMED[0] in on.errors for on in method.on_cases)]
    panels = [_Panel(_LEFT + i * (_PANEL + _BETWEEN), quantity) for i, quantity in enumerate(TIMED)]
    width, height = panels[-1].left + _PANEL + 20.0, _TOP + _ROW * len(timed) + 46.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        "<title>Errors of each method by strike type: bias and standard deviation in ms</title>",
        _STYLE,
        f'<rect class="page" width="{width:.0f}" height="{height:.0f}"/>',
        *_legend(),
        *(part for panel in panels for part in _frame(panel, len(timed))),
        *(part for row, method in enumerate(timed) for part in _row(method, row, panels)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _legend() -> Iterator[str]:
    yield _text(20, 28, "Error in ms: bias (dot) and SD (whisker), simulated runs at 200 Hz", "head")
    for number, (strike, kind) in enumerate(_STRIKES.items()):
        x = 640.0 + 110.0 * number
        yield f'<circle class="{kind}" cx="{x:.0f}" cy="23" r="5"/>'
        yield _text(x + 10, 28, str(strike))


def _frame(panel: _Panel, rows: int) -> Iterator[str]:
    bottom = _TOP + _ROW * rows
    yield _text(panel.left + _PANEL / 2, _TOP - 16, panel.quantity, anchor="middle")
    yield f'<rect class="band" x="{panel.left}" y="{_TOP}" width="{_PANEL}" height="{_ROW}"/>'
    for tick in _TICKS_MS:
        x = panel.x(tick)
        kind = "grid" if tick else "zero"
        yield f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>'
        yield _text(x, bottom + 18, f"{tick:+d}" if tick else "0", "small", "middle")


def _row(method: Method, row: int, panels: Sequence[_Panel]) -> Iterator[str]:
    top = _TOP + _ROW * row
    yield _text(_LEFT - 12, top + _ROW / 2 + 4, method.name, "ours" if method.name == OURS else "", "end")
    for panel in panels:
        for number, (strike, kind) in enumerate(_STRIKES.items()):
            parts = [on.errors[panel.quantity] for on in method.on_cases if on.case.strike is strike]
            found = spread(pooled(parts))
            if found is not None:
                yield from _whisker(panel, found, kind, top + 11.0 * (number + 1))


def _whisker(panel: _Panel, found: Spread, kind: str, y: float) -> Iterator[str]:
    """A dot with its whisker; an arrow where the dot lies beyond the panel."""
    low, middle, high = (panel.x(found.bias + side * found.sd) for side in (-1.0, 0.0, 1.0))
    yield f'<line class="{kind}" stroke-width="2" x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    if abs(found.bias) <= _REACH_MS:
        yield f'<circle class="{kind}" cx="{middle:.1f}" cy="{y:.1f}" r="4"/>'
        return
    side = 1.0 if found.bias > 0.0 else -1.0
    yield (
        f'<path class="{kind}" d="M{middle:.1f},{y:.1f} l{-8 * side:.0f},-4 v8 z"/>'
        + _text(
            middle - 12 * side, y + 4, f"{found.bias:+.0f}", f"{kind} small", "end" if side > 0 else "start"
        )
    )


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
