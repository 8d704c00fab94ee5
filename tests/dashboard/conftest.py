from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from brokers import Broker, make_broker
from dashboard.pages import Publisher


@pytest.fixture
def mosquitto(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Broker]:
    broker = make_broker("mosquitto", tmp_path / "mosquitto", require_program)
    broker.start()
    yield broker
    broker.kill()


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
