import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from brokers import Broker, Mosquitto, Start


@pytest.fixture
def start(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Start]:
    """Starts a mosquitto with these extra lines of configuration."""
    with ExitStack() as running:

        def start(extra: str = "") -> Broker:
            (folder := tmp_path / f"broker{time.monotonic_ns()}").mkdir()
            broker = Mosquitto(require_program("mosquitto"), folder, extra)
            running.callback(broker.kill)
            broker.start()
            return broker

        yield start
