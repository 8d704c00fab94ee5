from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brokers import Broker, make_broker


@pytest.fixture
def mosquitto(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Broker]:
    broker = make_broker("mosquitto", tmp_path / "mosquitto", require_program)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(params=["mosquitto", "nats-server"])
def broker(
    request: pytest.FixtureRequest, tmp_path: Path, require_program: Callable[[str], str]
) -> Iterator[Broker]:
    broker = make_broker(request.param, tmp_path / "broker", require_program)
    broker.start()
    yield broker
    broker.kill()
