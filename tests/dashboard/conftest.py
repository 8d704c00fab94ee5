from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from brokers import Broker
from dashboard.pages import Publisher
from stridesense.sinks.mqtt_settings import MqttSettings

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from dashboard.browser import Looker


@pytest.fixture
async def publisher(mosquitto: Broker) -> AsyncIterator[Publisher]:
    """Says what a device would, whatever its name."""
    async with Publisher(mosquitto) as publisher:
        yield publisher


@pytest.fixture
async def address(mosquitto: Broker) -> AsyncIterator[str]:
    """A dashboard of that broker."""
    from stridesense.dashboard.server import serve

    async with serve(mosquitto.settings, port=0) as address:
        yield address


@pytest.fixture
async def lonely() -> AsyncIterator[str]:
    """A dashboard whose broker is not there."""
    from stridesense.dashboard.server import serve

    async with serve(MqttSettings("127.0.0.1", 1, "pod"), port=0) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(require_program: Callable[[str], str]) -> AsyncIterator["Browser"]:
    from playwright.async_api import async_playwright, expect

    from dashboard.browser import PATIENCE_MS, launch

    expect.set_options(timeout=PATIENCE_MS)

    program = require_program("chromium")
    async with async_playwright() as playwright:
        chromium = await launch(playwright, program)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="module")
async def looker(browser: "Browser", mosquitto: Broker) -> AsyncIterator["Looker"]:
    """A page on a dashboard of that broker, which must not complain of anything."""
    from dashboard.browser import looking
    from stridesense.dashboard.server import serve

    async with (
        serve(mosquitto.settings, port=0) as address,
        looking(browser, address, color_scheme="dark") as looker,
    ):
        yield looker
        assert looker.faults == []
