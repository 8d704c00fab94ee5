import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from stridesense.errors import InputError, UsageError
from stridesense.model import Theme
from stridesense.runtime.config import Settings, load_settings

FILE = """\
[mqtt]
broker = "external"
host = "broker.home"
username = "ana"
device = "Ana's left shoe"
"""


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(FILE)
    return path


def test_without_a_file_nothing_is_published() -> None:
    assert load_settings() == Settings()
    assert load_settings().mqtt.broker == "none"


def test_the_file_of_the_user_is_found(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_config_path", lambda _name: tmp_path)
    file.rename(tmp_path / "stridesense.toml")
    assert load_settings().mqtt.host == "broker.home"


def test_what_the_sink_gets(file: Path) -> None:
    settings = load_settings(file).mqtt.settings()
    assert (settings.host, settings.port, settings.username) == ("broker.home", 1883, "ana")
    assert settings.device == "Ana-s-left-shoe"
    assert not settings.tls


def test_the_environment_goes_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIDESENSE_MQTT__HOST", "elsewhere")
    monkeypatch.setenv("STRIDESENSE_MQTT__TLS", "true")
    mqtt = load_settings(file).mqtt
    assert (mqtt.host, mqtt.username, mqtt.settings().port) == ("elsewhere", "ana", 8883)


def test_a_password_comes_from_the_environment_and_shows_nowhere(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIDESENSE_MQTT__PASSWORD", "open sesame")
    settings = load_settings(file)
    password = settings.mqtt.settings().password
    assert password is not None
    assert password.get_secret_value() == "open sesame"
    assert "open sesame" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_password_comes_from_a_file_of_its_own(file: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    file.write_text(FILE + f'password_file = "{tmp_path / "password"}"\n')
    password = load_settings(file).mqtt.settings().password
    assert password is not None
    assert password.get_secret_value() == "open sesame"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("hots = 'x'", r"^unknown setting mqtt\.hots in .*own\.toml or in the environment .*: remove it"),
        ("port = 70000", r"the setting mqtt\.port .* is not valid: .*65535"),
        ("tls = 'perhaps'", r"the setting mqtt\.tls .* is not valid"),
        ("password_file = '/no/such/file'", r"the setting mqtt\.password_file .* is not valid"),
        ("ca_file = '/etc/hostname'", r"the setting mqtt .* ca_file means nothing without tls = true"),
        ("cert_file = '/etc/hostname'", r"the setting mqtt .* cert_file means nothing without tls = true"),
        ("key_file = '/etc/hostname'", r"the setting mqtt .* key_file means nothing without cert_file"),
        ("key_password = 'x'", r"the setting mqtt .* key_password means nothing without cert_file"),
        ("discovery_prefix = '#'", r"the setting mqtt\.discovery_prefix .* is not valid"),
        ("discovery_prefix = '$SYS/x'", r"the setting mqtt\.discovery_prefix .* is not valid"),
        ("cue_ttl_s = 0.0", r"the setting mqtt\.cue_ttl_s .* is not valid"),
    ],
)
def test_what_is_not_valid_is_said_in_one_sentence(file: Path, line: str, sentence: str) -> None:
    file.write_text(FILE + line)
    with pytest.raises(UsageError, match=sentence) as told:
        load_settings(file)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[coach]\nany_cue_gap_s = 5", r"the setting coach\.any_cue_gap_s .* greater than or equal to 15$"),
        ("[coach]\nsame_cue_gap_s = 601", r"the setting coach\.same_cue_gap_s .* less than or equal to 600$"),
        (
            "[coach]\nsame_cue_gap_s = 20",
            r"the setting coach in .* valid: same_cue_gap_s must not be shorter",
        ),
        ("[coach]\nprobe_s = 600", r"the setting coach in .* valid: probe_s must be shorter"),
        ("[coach]\ntheme = 'speed'", r"coach\.theme in .* choose one of heel, push_off, .*, drift, auto$"),
        ("[coach]\nwording = 'loud'", r"coach\.wording in .* choose one of auto, internal, external$"),
        ("[coach]\nfading = [1.0, 2.0]", r"the setting coach\.fading in .* less than or equal to 1$"),
        ("[coach]\nvolume = 3", r"^unknown setting coach\.volume in .*: remove it"),
        ("coach = 3", r"the setting coach in .* it is a section, \[coach\]$"),
        ("mqtt = 3", r"the setting mqtt in .* it is a section, \[mqtt\]$"),
        ("[trainer]", r"^unknown setting trainer in .*: remove it"),
        ("[voice]\nmode = 'song'", r"voice\.mode in .* choose one of speech, tones, off$"),
        ("[voice]\nvolume = 201", r"voice\.volume in .* less than or equal to 200$"),
        ("[voice]\nspeaker = '--stdin'", r"the setting voice\.speaker in .* is not valid"),
        ("[voice]\nfolder = '~nobody-of-that-name/x'", r"voice\.folder in .* the ~ in it means no folder"),
        ("[budget]\nred = 0.9", r"the setting budget in .* guard_from, amber and red must rise"),
        ("[forecast]\nfrom_h = 50.0", r"the setting forecast in .* from_h must lie before to_h$"),
        ("[history]\nkeep = 'perhaps'", r"the setting history\.keep in .* is not valid"),
    ],
)
def test_what_is_not_valid_in_any_section_is_said(file: Path, text: str, sentence: str) -> None:
    file.write_text(text)
    with pytest.raises(UsageError, match=sentence) as told:
        load_settings(file, passing_over={"username"})
    assert "\n" not in str(told.value)
    assert "Theme." not in str(told.value)


def test_the_environment_sets_any_section(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("[coach]\nwarm_up_s = 100\nmuted = true\n[voice]\nvolume = 50")
    monkeypatch.setenv("STRIDESENSE_COACH__WARM_UP_S", "60")
    monkeypatch.setenv("STRIDESENSE_COACH__FADING", "[1, 0.5]")
    monkeypatch.setenv("STRIDESENSE_COACH__THEME", "pull")
    monkeypatch.setenv("STRIDESENSE_BUDGET__ADAPTING_SINCE", "2026-03-01")
    monkeypatch.setenv("STRIDESENSE_FORECAST__CHECK_INS", "20")
    monkeypatch.setenv("STRIDESENSE_VOICE__MODE", "off")
    monkeypatch.setenv("STRIDESENSE_HISTORY__PATH", "~/runs.sqlite3")
    settings = load_settings(file)
    assert (settings.coach.warm_up_s, settings.coach.muted) == (60.0, True)
    assert (settings.coach.fading, settings.coach.theme) == ((1.0, 0.5), Theme.PULL)
    assert settings.budget.adapting_since == date(2026, 3, 1)
    assert settings.forecast.check_ins == 20
    assert (settings.voice.mode, settings.voice.volume) == ("off", 50)
    assert settings.history.path == Path("~/runs.sqlite3").expanduser()


def test_a_list_that_is_not_json_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIDESENSE_COACH__FADING", "1.0, 0.5")
    with pytest.raises(UsageError, match=r"STRIDESENSE_COACH\.\.\. cannot be read: write a list as JSON"):
        load_settings()


def test_a_variable_of_ours_that_is_no_setting_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIDESENSE_DATA", "/somewhere")
    assert load_settings() == Settings()


def test_a_device_that_makes_no_topic_is_said(file: Path) -> None:
    file.write_text('[mqtt]\ndevice = "/#/"\n')
    with pytest.raises(UsageError, match=r"'/#/' has no letter or digit .*: set mqtt\.device"):
        load_settings(file)


def test_an_unknown_variable_of_a_section_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIDESENSE_MQTT__HOTS", "x")
    with pytest.raises(UsageError, match=r"unknown setting mqtt\.hots"):
        load_settings()


@pytest.mark.parametrize("name", ["STRIDESENSE_MQTT_HOST", "STRIDESENSE_HOST", "stridesense_mqtt_host"])
def test_a_variable_of_no_section_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(UsageError, match=f"unknown setting {name} .* as in STRIDESENSE_MQTT__HOST"):
        load_settings()


def test_an_unreadable_variable_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIDESENSE_MQTT", "not json")
    with pytest.raises(UsageError, match="an environment variable STRIDESENSE_"):
        load_settings()


def test_a_wrong_password_setting_is_said_without_the_value(file: Path) -> None:
    file.write_text(FILE + "password = 123456789")
    with pytest.raises(UsageError, match=r"mqtt\.password") as told:
        load_settings(file)
    assert "123456789" not in str(told.value)


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_settings(tmp_path / "missing.toml")


def test_a_file_that_is_not_toml_is_said_with_its_place(file: Path) -> None:
    file.write_text("[mqtt\nbroker")
    with pytest.raises(InputError, match=r"own\.toml is not TOML: .*line 1"):
        load_settings(file)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be looked into, even where the tests run as root."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)
    folder.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="folders are locked otherwise")
def test_a_home_that_may_not_be_read_is_said(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(locked))
    monkeypatch.setattr("platformdirs.user_config_path", lambda _name: locked)
    with pytest.raises(InputError, match=r"stridesense\.toml cannot be read: .*Permission denied"):
        load_settings()


@pytest.mark.skipif(sys.platform == "win32", reason="folders are locked otherwise")
def test_a_password_file_out_of_reach_is_said(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIDESENSE_MQTT__PASSWORD_FILE", str(locked / "password"))
    monkeypatch.setattr("platformdirs.user_config_path", lambda _name: Path("/nowhere"))
    with pytest.raises(InputError, match=r"a file named in the settings cannot be reached: .*password"):
        load_settings()


def test_what_is_meant_for_one_broker_comes_from_the_environment_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIDESENSE_MQTT__PASSWORD", "open sesame")
    mqtt = load_settings(file, passing_over={"username", "password"}).mqtt
    assert (mqtt.host, mqtt.username) == ("broker.home", None)
    assert mqtt.password is not None


@pytest.mark.skipif(sys.platform == "win32", reason="files are locked otherwise")
@pytest.mark.parametrize(("mode", "remarks"), [(0o600, 0), (0o640, 1), (0o604, 1)])
def test_a_password_file_that_others_can_read_is_remarked_once(
    file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int, remarks: int
) -> None:
    (secret := tmp_path / "password").write_text("open sesame\n")
    secret.chmod(mode)
    file.write_text(FILE + f'password_file = "{secret}"\n')
    for _ in range(2):
        assert load_settings(file).mqtt.settings().password is not None
    assert len([record for record in caplog.records if "chmod 600" in record.message]) == remarks
    assert "sesame" not in caplog.text


def test_a_certificate_of_our_own_and_what_its_key_is_locked_with(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (secret := tmp_path / "key-password").write_text("open the key\n")
    secret.chmod(0o600)
    file.write_text(FILE + f'tls = true\ncert_file = "{file}"\nkey_password_file = "{secret}"\n')
    settings = load_settings(file).mqtt.settings()
    assert (settings.cert_file, settings.key_file) == (file, None)
    assert settings.key_password is not None
    assert settings.key_password.get_secret_value() == "open the key"
    assert "open the key" not in repr(settings)
    monkeypatch.setenv("STRIDESENSE_MQTT__KEY_PASSWORD", "another")
    other = load_settings(file).mqtt.settings().key_password
    assert other is not None
    assert other.get_secret_value() == "another"
