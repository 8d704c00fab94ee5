"""How the page is laid out: every view on the screens that people have, and what must be seen at a glance."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from brokers import Broker, make_broker
from dashboard.browser import NUMBER, OVERFLOW, Looker, looking, running
from dashboard.pages import Message, Publisher, said, stride_at
from stridesense.contract.records import record
from stridesense.model import Band, CalfBudget, Foot, HeelState, LinkState, PodReport

pytestmark = pytest.mark.asyncio(loop_scope="module")

Box = tuple[float, float, float, float]

LAPTOP, NOTEBOOK, SCREEN, PHONE = (1366, 768), (1440, 900), (1920, 1080), (360, 740)
LIMIT = 3050.0
LOADS = {Band.UNKNOWN: 412.0, Band.GREEN: 0.6 * LIMIT, Band.AMBER: 1.04 * LIMIT, Band.RED: 3400.0}
BOXES = """(nodes) => nodes.map((node) => {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  return [left, top, right, bottom];
})"""

DATA = "(nodes) => nodes.map((node) => ({ ...node.dataset }))"
LIGHTS = """
window.lights = [];
const request = WakeLock.prototype.request;
WakeLock.prototype.request = async function (...kinds) {
  const light = await request.apply(this, kinds);
  window.lights.push(light);
  return light;
};
"""


def budget(foot: Foot, band: Band) -> Message:
    load, limit = LOADS[band], None if band is Band.UNKNOWN else LIMIT
    ratio = load / limit if limit else None
    return said(
        record(CalfBudget(foot=foot, t_s=1.0, load=load, strides=100, limit=limit, ratio=ratio, band=band))
    )


def cue(metric: str, foot: str) -> Message:
    words = {"cue_id": metric, "theme": "heel", "kind": "correction", "text": "so", "reason": "because"}
    figures = {"value": 1.0, "window_strides": 25, "valid_for_s": 2.0, "valid_until": 2e9, "t_s": 1.0}
    return said({"type": "cue", "metric": metric, "foot": foot, **words, **figures})


def pod(foot: Foot, state: LinkState, percent: int, **fields: object) -> Message:
    return said(
        record(PodReport(foot=foot, t_s=1.0, protocol="sofp", state=state, battery_percent=percent, **fields))
    )


async def boxes(nodes: Locator) -> list[Box]:
    """Left, top, right and bottom of each, px from the corner of what is seen."""
    return [tuple(box) for box in await nodes.evaluate_all(BOXES)]


async def are_seen(nodes: Locator) -> bool:
    """Whether all of them lie whole within what is seen without scrolling."""
    width, height = await nodes.page.evaluate("[innerWidth, innerHeight]")
    return all(
        left >= 0 and top >= 0 and right <= width and bottom <= height and right > left and bottom > top
        for left, top, right, bottom in await boxes(nodes)
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two_runners(
    tmp_path_factory: pytest.TempPathFactory, require_program: Callable[[str], str]
) -> AsyncIterator[str]:
    """A dashboard of two runners in the middle of their runs; those who look on share them."""
    from stridesense.dashboard.server import serve

    broker = make_broker("mosquitto", tmp_path_factory.mktemp("two"), require_program)
    broker.start()
    async with (
        serve(broker.settings, port=0) as address,
        running(broker.settings, "anna", ahead_s=25.0),
        running(broker.settings, "ben", ahead_s=25.0, recording="easy_run"),
        Publisher(broker) as publisher,
    ):
        for device, left in (("anna", Band.AMBER), ("ben", Band.GREEN)):
            await publisher.say("left/budget", budget(Foot.LEFT, left), device)
            await publisher.say("right/budget", budget(Foot.RIGHT, Band.GREEN), device)
        yield address
    broker.kill()


@pytest.mark.parametrize(
    ("name", "size", "scheme", "place", "heels"),
    [
        ("runner", LAPTOP, "dark", "#/runner/anna", ["Held"] * 2),
        ("runner-wide", SCREEN, "light", "#/runner/anna", ["Held"] * 2),
        ("phone", PHONE, "light", "#/runner/ben", ["Kissed"] * 2),
        ("coach", LAPTOP, "light", "#/coach", ["Held"] * 2 + ["Kissed"] * 2),
        ("coach-phone", PHONE, "dark", "#/coach", ["Held"] * 2 + ["Kissed"] * 2),
    ],
)
async def test_every_view_fits_and_has_no_fault_of_accessibility(
    browser: Browser,
    two_runners: str,
    name: str,
    size: tuple[int, int],
    scheme: str,
    place: str,
    heels: list[str],
) -> None:
    width, height = size
    viewport = {"width": width, "height": height}
    async with looking(browser, two_runners, viewport=viewport, color_scheme=scheme) as looker:
        await looker.open(place)
        figures = looker.page.locator(".value", has_text=NUMBER)
        await expect(figures.first).to_be_visible()
        await expect(looker.page.locator(".heel-word")).to_have_text(heels)
        await expect(looker.page.locator(".band").first).to_contain_text("the limit")
        assert await looker.page.evaluate(OVERFLOW) == 0
        tall = await figures.first.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
        assert tall >= 0.09 * height
        assert await looker.accessibility_faults() == []
        await looker.shoot(name)
        assert looker.faults == []


async def test_who_wants_no_motion_sees_three_poses(browser: Browser, two_runners: str) -> None:
    async with looking(browser, two_runners, reduced_motion="reduce") as looker:
        await looker.open("#/runner/anna")
        await expect(looker.page.locator(".side-view.left .moment")).to_have_text(
            ["landing", "heel lowest", "toes off"]
        )
        await looker.shoot("still")


async def test_each_legs_budget_and_pod_are_seen_without_scrolling(looker: Looker, mosquitto: Broker) -> None:
    page, legs = looker.page, looker.page.locator(".leg")
    async with Publisher(mosquitto) as publisher:
        await publisher.say("status", b"online")
        await looker.open("#/runner/pod")
        await expect(legs.first).to_contain_text("Pod not heard yet")
        await page.evaluate("document.fonts.ready.then(() => true)")
        before = await boxes(page.locator(".leg, .row, .charts, .speech"))
        await publisher.say("left/stride", stride_at(1000.0))
        await publisher.say("left/budget", budget(Foot.LEFT, Band.RED))
        await publisher.say("right/budget", budget(Foot.RIGHT, Band.UNKNOWN))
        await publisher.say("left/link", pod(Foot.LEFT, LinkState.STREAMING, 87, rssi_dbm=-58))
        lost = pod(
            Foot.RIGHT, LinkState.LOST, 18, reason="nothing came for 12 s: is it out of reach, or off?"
        )
        await publisher.say("right/link", lost)
        for words in ("3400 of 3050", "far over the limit", "Pod streaming", "strong", "87 %"):
            await expect(legs.first).to_contain_text(words)
        for words in ("412", "limit not known yet", "Pod lost", "nothing came for 12 s", "18 % low"):
            await expect(legs.last).to_contain_text(words)
        after = await boxes(page.locator(".leg, .row, .charts, .speech"))
        assert after == [pytest.approx(box, abs=1.0) for box in before], "something has moved"
        for width, height in (LAPTOP, NOTEBOOK, SCREEN):
            await page.set_viewport_size({"width": width, "height": height})
            assert await are_seen(page.locator(".leg, .leg > *, .now, .value, .chart"))
            await looker.shoot(f"legs-{width}")
        width, height = PHONE
        await page.set_viewport_size({"width": width, "height": height})
        (_, _, _, now_end), (_, legs_begin, _, _) = await boxes(page.locator(".now, .legs"))
        assert 0.0 <= legs_begin - now_end < 20.0


@pytest.mark.parametrize(
    ("metric", "foot", "cued"),
    [
        ("heel_height_mm", "left", [("left", "heel")]),
        ("contact_asymmetry_percent", "right", [("right", "contact_time_s")]),
        ("pull_delay_s", "unknown", [("left", "pull_rate_dps"), ("right", "pull_rate_dps")]),
        ("cadence_spm", "unknown", [(None, "cadence_spm")]),
        ("impact_g", "left", []),
    ],
)
async def test_the_figure_that_the_cue_is_about_has_a_frame(
    looker: Looker, mosquitto: Broker, metric: str, foot: str, cued: list[tuple[str | None, str]]
) -> None:
    async with Publisher(mosquitto) as publisher:
        await publisher.say("status", b"online")
        await looker.open("#/runner/pod")
        await publisher.say("left/stride", stride_at(1000.0))
        await publisher.say("cue", cue(metric, foot))
        await expect(looker.page.locator(".cue-text")).to_have_text("So")
        framed = await looker.page.locator("[data-cued]").evaluate_all(DATA)
        assert [(one.get("foot"), one["metric"]) for one in framed] == cued
        await publisher.say("cue", {**cue("x", foot), "seq": 1, "text": "and now so"})
        await expect(looker.page.locator(".cue-text")).to_have_text("And now so")
        assert await looker.page.locator("[data-cued]").count() == 0


async def test_how_long_and_how_fast_stand_beside_the_figures(looker: Looker, mosquitto: Broker) -> None:
    session = {"type": "session", "started": 1000.0}
    summary = {"type": "summary", "gait": "run", "strides": 6}
    async with Publisher(mosquitto) as publisher:
        await publisher.say("status", b"online")
        await publisher.say(
            "left/reading", said({"type": "reading", "foot": "left", "t_s": 1, "speed_mps": 2.5})
        )
        await looker.open("#/runner/pod")
        pace = looker.page.locator(".pace")
        await expect(pace).to_have_text("6:40 /km")
        await publisher.say("summary", said({**summary, "speed_mps": 3.0}))
        await expect(pace).to_have_text("5:33 /km")
        await publisher.say("summary", said({**summary, "speed_mps": 0.1}))
        await expect(pace).to_have_text("")
        await publisher.say("session", said({**session, "state": "ended"}, t=4723.0))
        await expect(looker.page.locator(".facts")).to_have_text("1:02:03")


async def test_the_full_screen_stays_lit(looker: Looker) -> None:
    await looker.page.add_init_script(LIGHTS)
    await looker.open()
    await looker.page.reload()
    button = looker.page.get_by_role("button", name="Full screen")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    assert await looker.page.evaluate("document.fullscreenElement === document.documentElement")
    await looker.page.wait_for_function("lights.length === 1 && !lights[0].released")
    await looker.page.keyboard.press("f")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await looker.page.wait_for_function("lights.length === 1 && lights[0].released")


async def test_twelve_runners_are_seen_without_scrolling(looker: Looker, mosquitto: Broker) -> None:
    async with Publisher(mosquitto) as publisher:
        for number in range(12):
            device, band = f"runner-{number:02d}", list(Band)[number % len(Band)]
            heel = list(HeelState)[number // 3]
            await publisher.say("status", b"online", device)
            for foot in (Foot.LEFT, Foot.RIGHT):
                stride = stride_at(1000.0, foot=foot, cadence_spm=160.0 + number, heel_state=heel)
                await publisher.say(f"{foot}/stride", stride, device)
                await publisher.say(f"{foot}/budget", budget(foot, band), device)
                await publisher.say(f"{foot}/link", pod(foot, LinkState.STREAMING, 90 - number), device)
        await looker.open("#/coach")
        await expect(looker.page.locator(".card")).to_have_count(12)
        await expect(looker.page.locator(".card .band").first).to_have_text("limit not known yet")
        assert await are_seen(looker.page.locator(".card, .card .bar-track, .card .band, .card .link"))
        assert await looker.accessibility_faults() == []
        await looker.shoot("coach-many")
