"""How soon a stride and a cue stand on the screen: a real chromium, both feet, in real time.

python benchmarks/pixels.py [--quick]

A recorded run goes through a mosquitto of its own and a dashboard to the page. Late is by one clock, from the
publish to the second frame after the page has changed: then the first one is painted. Exits 1 when a goal is
missed.
"""

import asyncio
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench import is_quick, program, show

CHECKOUT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "tests"))

from playwright.async_api import async_playwright  # noqa: E402

from brokers import Broker, make_broker  # noqa: E402
from dashboard.browser import (  # noqa: E402
    CUE_GOAL_S,
    STRIDE_GOAL_S,
    Late,
    Notebook,
    launch,
    looking,
    relive,
)
from stridesense.dashboard.server import serve  # noqa: E402

RECORDING: Final = "held_heel"
QUICK_SPEED: Final = 10.0
LEAST_STRIDES: Final = 100


def main() -> None:
    """Measure, and print the figures beside their goals."""
    speed = QUICK_SPEED if is_quick(__doc__) else 1.0
    with TemporaryDirectory() as folder:
        broker = make_broker("mosquitto", Path(folder), program)
        broker.start()
        try:
            late = asyncio.run(_measure(broker, speed))
        finally:
            broker.kill()
    _show(late, speed)
    if not is_met(late):
        sys.exit(1)


def is_met(late: Late) -> bool:
    """Whether the page was in time, and enough was seen to say so."""
    is_enough = len(late.strides_s) >= LEAST_STRIDES and bool(late.cues_s)
    return is_enough and late.stride_p95_s <= STRIDE_GOAL_S and max(late.cues_s) <= CUE_GOAL_S


async def _measure(broker: Broker, speed: float) -> Late:
    notebook = Notebook()
    async with async_playwright() as playwright, serve(broker.settings, port=0) as address:
        browser = await launch(playwright, program("chromium"))
        try:
            async with looking(browser, address) as looker:
                await looker.open()
                await relive(broker.settings, speed, notebook, RECORDING)
                return await looker.late(notebook)
        finally:
            await browser.close()


def _show(late: Late, speed: float) -> None:
    rows = [
        ("strides", f"{len(late.strides_s)}", f">= {LEAST_STRIDES}"),
        ("strides p50, ms", _ms(median(late.strides_s)), ""),
        ("strides p95, ms", _ms(late.stride_p95_s), f"<= {_ms(STRIDE_GOAL_S)}"),
        ("strides max, ms", _ms(max(late.strides_s)), ""),
        *(
            (f"cue {place}, ms", _ms(cue_s), f"<= {_ms(CUE_GOAL_S)}")
            for place, cue_s in enumerate(late.cues_s, 1)
        ),
    ]
    show(
        f"From the publish to the screen, both feet, {speed:.0f} times real time", ("", "here", "goal"), rows
    )


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.0f}"


if __name__ == "__main__":
    main()
