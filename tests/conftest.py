"""What every test folder may use."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from stridesense.contract.topics import Envelope

if TYPE_CHECKING:
    from brokers import Broker


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what comes out as what should")


class Sharing(LoadScopeScheduling):
    """What may not run side by side: the tests of one file share fixtures, those of Bluetooth one radio."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        return "ble" if path.parent.name == "ble" else str(path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """How the tests are shared out among processes."""
    return Sharing(config, log)


CHECKOUT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI") == "true"


def missing(what: str) -> None:
    """Skip by name what this machine cannot prove; where everything must be there, fail."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and with CI=true nothing may be skipped")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds pyproject.toml."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real recordings, next to the checkout."""
    path = CHECKOUT.parent / "shared" / "data"
    if not path.is_dir():
        missing("the folder of real recordings ../shared/data")
    return path


@pytest.fixture(scope="session")
def require_program() -> Callable[[str], str]:
    """Finds the path of a program that a test starts: `require_program("mosquitto")`."""

    def find(name: str) -> str:
        path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
        if path is None:
            missing(f"the program {name}")
        return str(path)

    return find


@pytest.fixture(scope="session")
def made_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BinaryIO]:
    """Topics and messages that programs started by tests make, as they are made."""
    path = tmp_path_factory.mktemp("messages") / "made"
    path.touch()
    with pytest.MonkeyPatch.context() as patch, path.open("rb") as made:
        patch.setenv("MESSAGES_MADE", str(path))
        patch.setenv("PYTHONPATH", str(CHECKOUT / "tests" / "watching"), prepend=os.pathsep)
        yield made


@pytest.fixture(scope="session", autouse=True)
def broken_messages(made_elsewhere: BinaryIO) -> Iterator[Callable[[], list[str]]]:
    """Tells what is wrong with the messages that were made since it was last asked."""
    faults: list[str] = []
    wrap = Envelope.wrap

    def look_at(topic: str, payload: bytes) -> None:
        from contract.keeping import faults as faults_of

        faults.extend(faults_of(topic, payload))

    def wrap_and_look(self: Envelope, topic: str, unix_s: float, record: Mapping[str, object]) -> bytes:
        payload = wrap(self, topic, unix_s, record)
        look_at(topic, payload)
        return payload

    def tell() -> list[str]:
        for line in made_elsewhere:
            topic, payload = line.split(b"\t", 1)
            look_at(topic.decode(), payload)
        told, faults[:] = faults[:], []
        return told

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Envelope, "wrap", wrap_and_look)
        yield tell


@pytest.fixture(autouse=True)
def _every_message_keeps_the_contract(broken_messages: Callable[[], list[str]]) -> Iterator[None]:
    yield
    assert broken_messages() == []


@pytest.fixture
def mosquitto(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator["Broker"]:
    """A mosquitto that runs, on a free port of the loopback interface."""
    yield from _running("mosquitto", tmp_path, require_program)


@pytest.fixture(params=["mosquitto", "nats-server"])
def broker(
    request: pytest.FixtureRequest, tmp_path: Path, require_program: Callable[[str], str]
) -> Iterator["Broker"]:
    """Each broker in turn: MQTT 5, and 3.1.1."""
    yield from _running(request.param, tmp_path, require_program)


def _running(kind: str, folder: Path, require_program: Callable[[str], str]) -> Iterator["Broker"]:
    from brokers import make_broker

    broker = make_broker(kind, folder / kind, require_program)
    broker.start()
    yield broker
    broker.kill()
