"""Whose user and password go to which broker, and which broker it is where nothing is said."""

from pathlib import Path

import pytest

from stridesense.cli.main import main
from stridesense.cli.mqtt import mqtt_section
from stridesense.errors import UsageError

FILE = """\
[mqtt]
broker = "external"
host = "broker.home"
port = 8883
tls = true
ca_file = "{ca_file}"
cert_file = "{ca_file}"
key_file = "{ca_file}"
key_password = "open the key"
username = "ana"
password = "open sesame"
device = "annas-pods"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings for the broker at home, and no others."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    ca_file, path = tmp_path / "ca.pem", tmp_path / "own.toml"
    ca_file.touch()
    path.write_text(FILE.format(ca_file=ca_file), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "url",
    [
        "mqtt://127.0.0.1:1883",
        "mqtts://127.0.0.1:8883",
        "mqtts://broker.home:8884",
        "mqtt://broker.home:8883",
    ],
)
def test_another_broker_never_sees_the_secrets_of_the_file(config: Path, url: str) -> None:
    section = mqtt_section(url, config)
    settings = section.settings()
    assert (settings.username, settings.password, settings.ca_file) == (None, None, None)
    assert (settings.cert_file, settings.key_file, settings.key_password) == (None, None, None)
    assert settings.url == url
    assert settings.device == "annas-pods"


def test_nor_the_password_in_a_file_of_its_own(config: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame", encoding="utf-8")
    text = config.read_text(encoding="utf-8")
    own = f'password_file = "{tmp_path / "password"}"'
    config.write_text(text.replace('password = "open sesame"', own), encoding="utf-8")
    assert mqtt_section("mqtts://broker.home", config).settings().password is not None
    assert mqtt_section("mqtts://elsewhere", config).settings().password is None


def test_the_same_broker_by_its_url_keeps_them(config: Path) -> None:
    settings = mqtt_section("mqtts://Broker.Home", config).settings()
    assert settings == mqtt_section(None, config).settings()
    assert settings.username == "ana"


def test_the_url_may_name_the_user(config: Path) -> None:
    assert mqtt_section("mqtts://me%40home@elsewhere", config).settings().username == "me@home"


@pytest.mark.parametrize(
    ("url", "instead"),
    [
        ("mqtt://me:canary@localhost", "give it in STRIDESENSE_MQTT__PASSWORD"),
        ("mqtts://me:canary@broker.home:8883", "give it in STRIDESENSE_MQTT__PASSWORD"),
        ("mqtt://:canary@localhost", "give it in STRIDESENSE_MQTT__PASSWORD"),
        ("mqtt://me:canary", "cannot be read"),
        ("mqtt://me:canary/1@localhost", "cannot be read"),
        ("canary", "--mqtt takes"),
    ],
)
def test_a_password_on_the_command_line_is_refused_and_not_repeated(
    config: Path, url: str, instead: str
) -> None:
    with pytest.raises(UsageError, match=instead) as told:
        mqtt_section(url, config)
    assert "canary" not in str(told.value)
    assert "\n" not in str(told.value)


def test_those_of_the_environment_are_for_whatever_broker_is_named(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIDESENSE_MQTT__USERNAME", "runner")
    monkeypatch.setenv("STRIDESENSE_MQTT__PASSWORD", "correct horse")
    settings = mqtt_section("mqtt://elsewhere", config).settings()
    assert settings.username == "runner"
    assert settings.password is not None
    assert settings.password.get_secret_value() == "correct horse"


@pytest.mark.parametrize(
    ("choice", "given", "broker"),
    [
        (None, None, "embedded"),
        (None, "none", "none"),
        (None, "external", "external"),
        ("embedded", "none", "embedded"),
        ("none", "external", "none"),
    ],
)
def test_a_default_gives_way_to_the_settings_and_they_to_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choice: str | None, given: str | None, broker: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    if given:
        monkeypatch.setenv("STRIDESENSE_MQTT__BROKER", given)
    assert mqtt_section(choice, None, default="embedded").broker == broker


def test_demo_publishes_where_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRIDESENSE_MQTT__BROKER", "external")
    monkeypatch.setenv("STRIDESENSE_MQTT__HOST", "127.0.0.1")
    monkeypatch.setenv("STRIDESENSE_MQTT__PORT", "1")
    assert main(["demo"]) == 1
    assert "127.0.0.1:1" in capsys.readouterr().err
