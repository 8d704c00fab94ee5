from collections.abc import AsyncIterator

import pytest

from brokers import Broker
from dashboard.pages import Publisher
from stridesense.sinks.mqtt_settings import MqttSettings


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
