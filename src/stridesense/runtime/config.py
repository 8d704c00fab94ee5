"""Settings: what the person's file says, and what the environment says against it.

`stridesense.toml` lies in the user's config folder, or where `--config` points. Any setting can be overridden
by an environment variable: `STRIDESENSE_MQTT__HOST` for `host` of `[mqtt]`, lists as JSON. Nothing unknown is
passed over.
"""

import logging
import os
import re
import stat
import tomllib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from stridesense.coaching.settings import BudgetSettings, CoachSettings, ForecastSettings
from stridesense.contract.topics import DELIVERY, Kind, device_level
from stridesense.errors import InputError, UsageError
from stridesense.sinks.mqtt_settings import DISCOVERY_PREFIX, MqttSettings
from stridesense.sinks.voice_settings import PathOfUser, VoiceSettings

log = logging.getLogger(__name__)

FILE_NAME: Final = "stridesense.toml"
ENV_PREFIX: Final = "STRIDESENSE_"
OTHER_VARIABLES: Final = frozenset({"STRIDESENSE_DATA"})
"""Variables of ours that are no settings."""

PLAIN_PORT: Final = 1883
TLS_PORT: Final = 8883

NEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ca_file": "tls",
        "cert_file": "tls",
        "key_file": "cert_file",
        "key_password": "cert_file",
        "key_password_file": "cert_file",
    }
)
"""Settings of `[mqtt]` that mean nothing without another one."""


class MqttSection(BaseModel):
    """`[mqtt]`: whether and where to publish.

    Attributes:
        broker: none at all, a private one of our own, or the one at `host`.
        host: name or address of the external broker.
        port: its port; 1883 where not set, with TLS 8883.
        tls: whether the link is encrypted and the broker's certificate checked.
        ca_file: the certificate authority to trust, where this machine does not know it.
        cert_file: our own certificate, for a broker that asks for one.
        key_file: its key, where it does not lie in the same file.
        key_password: what the key is locked with; better given in the environment, or in a file of its own.
        key_password_file: a file that holds nothing but that password.
        username: whom the broker knows us as.
        password: better given in the environment, or in a file of its own.
        password_file: a file that holds nothing but the password.
        device: the name of the runner or the pods, a level of every topic.
        cue_ttl_s: older than that a cue is not sent any more.
        home_assistant: whether Home Assistant is told of the session.
        discovery_prefix: the first levels of the topics that it listens to for that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    broker: Literal["none", "embedded", "external"] = "none"
    host: Annotated[str, Field(min_length=1)] = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    tls: bool = False
    ca_file: FilePath | None = None
    cert_file: FilePath | None = None
    key_file: FilePath | None = None
    key_password: SecretStr | None = None
    key_password_file: FilePath | None = None
    username: str | None = None
    password: SecretStr | None = None
    password_file: FilePath | None = None
    device: Annotated[str, AfterValidator(device_level)] = "pod"
    cue_ttl_s: Annotated[float, Field(gt=0.0, le=60.0)] = DELIVERY[Kind.CUE].expiry_s
    home_assistant: bool = False
    discovery_prefix: Annotated[str, Field(pattern=r"^[\w-]+(/[\w-]+)*$", max_length=64)] = DISCOVERY_PREFIX

    @model_validator(mode="after")
    def _has_what_each_setting_needs(self) -> Self:
        for name, needed in NEEDS.items():
            if getattr(self, name) and not getattr(self, needed):
                msg = f"{name} means nothing without {needed}{' = true' * (needed == 'tls')}"
                raise ValueError(msg)
        return self

    @property
    def address(self) -> tuple[str, int, bool]:
        """The external broker: host, port, and whether the link to it is encrypted."""
        return self.host.lower(), self.port or (TLS_PORT if self.tls else PLAIN_PORT), self.tls

    def settings(self) -> MqttSettings:
        """What the sink needs of it.

        Raises:
            InputError: a password file cannot be read.
        """
        return MqttSettings(
            host=self.host,
            port=self.address[1],
            device=self.device,
            username=self.username,
            password=self.password or _secret_in(self.password_file),
            tls=self.tls,
            ca_file=self.ca_file,
            cert_file=self.cert_file,
            key_file=self.key_file,
            key_password=self.key_password or _secret_in(self.key_password_file),
            cue_ttl_s=self.cue_ttl_s,
            home_assistant=self.home_assistant,
            discovery_prefix=self.discovery_prefix,
        )


class HistorySection(BaseModel):
    """`[history]`: what is kept of sessions.

    Attributes:
        keep: whether sessions are remembered at all.
        path: the file that holds them; in the user's data folder where not set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    keep: bool = True
    path: PathOfUser | None = None


class Settings(BaseSettings):
    """All that can be set; the environment goes before the file."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    coach: CoachSettings = CoachSettings()
    voice: VoiceSettings = VoiceSettings()
    budget: BudgetSettings = BudgetSettings()
    forecast: ForecastSettings = ForecastSettings()
    history: HistorySection = HistorySection()
    mqtt: MqttSection = MqttSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file, which `load_settings` hands in."""
        return env_settings, init_settings


def user_file() -> Path:
    """Where the user's own settings lie when there are any."""
    return platformdirs.user_config_path("stridesense") / FILE_NAME


def load_settings(path: Path | None = None, *, passing_over: Collection[str] = ()) -> Settings:
    """The settings of the file at `path`, or of the user's own, where there is one, and of the environment.

    Args:
        path: the settings file that the person named, if any.
        passing_over: settings of `[mqtt]` that the environment alone may give.

    Raises:
        UsageError: a setting is unknown or not valid.
        InputError: the file is missing or cannot be read.
    """
    file = path or user_file()
    _refuse_unknown_variables()
    try:
        sections: dict[str, Any] = tomllib.loads(_read(file, may_be_missing=path is None))
        if isinstance(mqtt := sections.get("mqtt"), dict):
            sections["mqtt"] = {name: value for name, value in mqtt.items() if name not in passing_over}
        return Settings(**sections)
    except tomllib.TOMLDecodeError as error:
        msg = f"{file} is not TOML: {error}"
        raise InputError(msg) from None
    except SettingsError as error:
        raise UsageError(_sentence_of_environment(error)) from None
    except ValidationError as error:
        raise UsageError(_sentence(error, file)) from None
    except OSError as error:
        msg = f"a file named in the settings cannot be reached: {error}"
        raise InputError(msg) from None


def _refuse_unknown_variables() -> None:
    """Name a variable of ours that belongs to no section, which pydantic passes over."""
    sections = {f"{ENV_PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in os.environ:
        known = name.upper() in OTHER_VARIABLES or name.upper().partition("__")[0] in sections
        if name.upper().startswith(ENV_PREFIX) and not known:
            msg = (
                f"unknown setting {name} in the environment: remove it or correct its name, "
                f"as in {ENV_PREFIX}MQTT__HOST"
            )
            raise UsageError(msg)


def _sentence_of_environment(error: SettingsError) -> str:
    section = re.search(r'field "(\w+)"', str(error))
    name = f"{ENV_PREFIX}{section[1].upper() if section else ''}..."
    return f"an environment variable {name} cannot be read: write a list as JSON, such as [1.0, 0.5]"


def _sentence(error: ValidationError, file: Path) -> str:
    """The first fault alone, without the value, which may be a secret."""
    first, *others = error.errors(include_url=False, include_input=False)
    levels = first["loc"][:2]  # deeper ones are pydantic's own
    name = ".".join(str(level) for level in levels)
    place = f"in {file} or in the environment ({ENV_PREFIX}...)"
    match first["type"]:
        case "extra_forbidden":
            return f"unknown setting {name} {place}: remove it or correct its name"
        case "literal_error":
            same = [first, *(other for other in others if other["loc"][:2] == levels)]
            return f"the setting {name} {place} is not valid: choose one of {_choices(same)}"
        case "model_type":
            return f"the setting {name} {place} is not valid: it is a section, [{name}]"
    return f"the setting {name} {place} is not valid: {first['msg'].removeprefix('Value error, ')}"


def _choices(faults: Sequence[ErrorDetails]) -> str:
    """What may be chosen, of a choice that is made of several."""
    expected = " ".join(fault["ctx"]["expected"] for fault in faults if fault["type"] == "literal_error")
    return ", ".join(re.findall(r"'(\w+)'", expected))


def _secret_in(file: Path | None) -> SecretStr | None:
    if file is None:
        return None
    _remark_if_others_can_read(file)
    return SecretStr(_read(file).rstrip("\r\n"))


@cache
def _remark_if_others_can_read(file: Path) -> None:
    # Windows keeps who may read a file elsewhere than in its mode.
    if os.name == "posix" and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        log.warning("others on this machine can read %s: chmod 600 keeps the password to yourself", file)


def _read(file: Path, *, may_be_missing: bool = False) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        if may_be_missing and isinstance(error, FileNotFoundError | NotADirectoryError):
            return ""
        msg = f"{file} cannot be read: {error}"
        raise InputError(msg) from None
