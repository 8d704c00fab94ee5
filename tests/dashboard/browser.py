"""A chromium that looks at a dashboard, and real sessions for it to look at."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, ConsoleMessage, Page, Playwright

from stridesense.model import Cue, Stride
from stridesense.recording.reader import Recording
from stridesense.runtime.clock import MonotonicClock
from stridesense.runtime.config import Settings
from stridesense.runtime.demo import demo_setup
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.pacing import Paced
from stridesense.runtime.playback import PatientMqttSink
from stridesense.runtime.session import SessionReport, run_session
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.tasks import end
from stridesense.sources.replay import ReplaySource
from stridesense.units import NS_PER_S

CHECKOUT = Path(__file__).resolve().parents[2]
RECORDINGS = CHECKOUT / "recordings"
STANDING_S = 3.0  # at the beginning of the recordings
ARTIFACTS = CHECKOUT / "tests" / "artifacts"

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

WATCH = """
window.painted = [];
new MutationObserver((changes) => {
  for (const { target, attributeName } of changes) {
    const value = target.getAttribute(attributeName);
    if (value === null) continue;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const at = (performance.timeOrigin + performance.now()) / 1000;
      window.painted.push([attributeName, value, at, target.closest("[data-foot]")?.dataset.foot ?? ""]);
    }));
  }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-contact", "data-cue"] });
"""
"""Notes when what has changed stands on the screen: two frames after the change the first is painted."""

STRIDE_GOAL_S = 0.25
"""From the publish of a stride to its figures on the screen, for 95 % of them."""

CUE_GOAL_S = 0.5

PATIENCE_MS = 15_000
"""How long a busy machine may take to show what it should; how soon it does so is measured by `Late`."""

NUMBER = re.compile(r"^\d{3}$")
"""A figure as the page shows it."""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Looker:
    """A page of the browser; what its console complained of is in `faults`."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    async def open(self, place: str = "") -> None:
        await self.page.goto(self.address + place)

    async def text(self, selector: str) -> str:
        return (await self.page.locator(selector).first.inner_text()).strip()

    async def shoot(self, name: str, *, whole: bool = False) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=whole)

    async def painted(self, name: str) -> list[tuple[str, float, str]]:
        """What stood on the screen, when (unix), and at which foot."""
        noted = await self.page.evaluate("window.painted")
        return [(value, at_s, foot) for kind, value, at_s, foot in noted if kind == name]

    async def late(self, notebook: "Notebook") -> "Late":
        """How long after their publish the strides and cues of a run stood on the screen."""
        strides = await self.painted("data-contact")
        cues = await self.painted("data-cue")
        return Late(
            [at_s - notebook.strides[foot, float(contact)] for contact, at_s, foot in strides],
            [at_s - told_at_s for (_, at_s, _), (_, told_at_s) in zip(cues, notebook.cues, strict=True)],
        )

    async def accessibility_faults(self) -> list[str]:
        """What axe-core calls serious or critical, each with the first place."""
        axe = CHECKOUT / "tests" / "dashboard" / "vendor" / "axe" / "axe.min.js"
        session = await self.page.context.new_cdp_session(self.page)
        await session.send("Runtime.evaluate", {"expression": axe.read_text(encoding="utf-8")})
        found = await session.send(
            "Runtime.evaluate",
            {
                "expression": "axe.run({ resultTypes: ['violations'] }).then((found) => JSON.stringify("
                "found.violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes[0].html }))))",
                "awaitPromise": True,
            },
        )
        violations: list[dict[str, Any]] = json.loads(found["result"]["value"])
        return [
            f"{fault['id']} at {fault['at']}"
            for fault in violations
            if fault["impact"] in {"serious", "critical"}
        ]


@dataclass(frozen=True)
class Late:
    """From the publish to the second frame after it changed the page, s: each stride, each cue."""

    strides_s: list[float]
    cues_s: list[float]

    @property
    def stride_p95_s(self) -> float:
        return quantiles(self.strides_s, n=20)[-1]


@asynccontextmanager
async def looking(browser: Browser, address: str, **options: Any) -> AsyncIterator[Looker]:
    """A page with a memory of its own, `options` are those of a Playwright context."""
    context = await browser.new_context(**{"viewport": {"width": 1366, "height": 768}, **options})
    try:
        page = await context.new_page()
        await page.add_init_script(WATCH)
        looker = Looker(page, address)
        page.on("console", looker.note)
        page.on("pageerror", lambda error: looker.faults.append(str(error)))
        yield looker
    finally:
        await context.close()


async def launch(playwright: Playwright, program: str) -> Browser:
    return await playwright.chromium.launch(executable_path=program, args=FLAGS, headless=True)


class Notebook(Sink):
    """Notes when each stride and cue went to the sinks, in unix seconds."""

    def __init__(self) -> None:
        self.strides: dict[tuple[str, float], float] = {}
        self.cues: list[tuple[str, float]] = []

    async def handle(self, item: Item) -> None:
        match item:
            case Stride():
                self.strides[item.foot, item.initial_contact_s] = time.time()
            case Cue():
                self.cues.append((item.text, time.time()))


class HeadStart(MonotonicClock):
    """A clock that is ahead of those who wait for it: what was due by then has no rhythm."""

    def __init__(self, ahead_s: float) -> None:
        self._ahead_s = ahead_s

    async def sleep_until(self, moment_s: float) -> None:
        await super().sleep_until(moment_s - self._ahead_s)


async def run(
    settings: MqttSettings,
    speed: float = 1.0,
    desk: SessionDesk | None = None,
    *,
    recording: str = "held_heel",
    ahead_s: float = 0.0,
) -> SessionReport:
    """A real session: a recorded run, coached from its first window on, faster or from its middle."""
    recorded = Recording.open(RECORDINGS / f"{recording}.mcap")
    source = Paced(ReplaySource(recorded), speed=speed, clock=HeadStart(ahead_s / speed))
    mqtt = PatientMqttSink(settings, uuid4().hex, time.time() - ahead_s, desk=desk)
    pipeline = demo_setup(Settings(), None).pipeline()
    return await run_session(source, pipeline, [mqtt], desk or SessionDesk())


async def relive(settings: MqttSettings, speed: float, notebook: Notebook, recording: str) -> None:
    """The messages of a recorded run in their rhythm; all else is worked out before the first one.

    So the machine has nothing else to do while it is watched how long a message takes.
    """
    pipeline = demo_setup(Settings(), None).pipeline()
    packets = Recording.open(RECORDINGS / f"{recording}.mcap").flow()
    due = [(packet.arrival_ns / NS_PER_S, pipeline.process(packet)) for packet in packets]
    clock = HeadStart(STANDING_S / speed)
    async with PatientMqttSink(settings, uuid4().hex, time.time()) as mqtt:
        zero_s = clock.now_s()
        for arrival_s, items in due:
            await clock.sleep_until(zero_s + arrival_s / speed)
            for item in items:
                await notebook.handle(item)
                await mqtt.handle(item)


@asynccontextmanager
async def running(settings: MqttSettings, device: str, **options: Any) -> AsyncIterator[None]:
    """A session of this device that goes on while the context lasts."""
    task = asyncio.create_task(run(replace(settings, device=device), **options))
    try:
        yield
    finally:
        await end(task)
