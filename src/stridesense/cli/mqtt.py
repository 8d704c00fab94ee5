"""The MQTT options that several commands share."""

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

import typer

from stridesense.errors import UsageError
from stridesense.runtime.config import MqttSection, load_settings

MEANT_FOR_ONE_BROKER: Final = frozenset(
    {
        "username",
        "password",
        "password_file",
        "ca_file",
        "cert_file",
        "key_file",
        "key_password",
        "key_password_file",
    }
)
"""Settings of the file that another broker, named on the command line, must never see."""

TLS_BY_SCHEME: Final = {"mqtt": False, "mqtts": True}

MqttOption = Annotated[
    str | None,
    typer.Option(
        "--mqtt",
        metavar="embedded|none|URL",
        help="Publish on a private broker, not at all, or on mqtt[s]://[user@]host[:port]; "
        "passwords come from the settings or STRIDESENSE_MQTT__PASSWORD, and those of the settings file are "
        "for its own broker alone.",
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file (default: your own)."),
]


def mqtt_section(choice: str | None, config: Path | None, default: str = "none") -> MqttSection:
    """The settings of the person's file, and what the command line says against them.

    Args:
        choice: what follows `--mqtt`, if it is there.
        config: what follows `--config`, if it is there.
        default: the broker where neither the command line nor the settings name one.

    Raises:
        UsageError: a setting or the URL is not valid.
        InputError: the settings cannot be read.
    """
    section = load_settings(config).mqtt
    match choice:
        case None:
            return section if "broker" in section.model_fields_set else _at(section, default)
        case "none" | "embedded":
            return _at(section, choice)
    given = _from_url(choice)
    if section.model_copy(update=given).address != section.address:
        section = load_settings(config, passing_over=MEANT_FOR_ONE_BROKER).mqtt
    return section.model_copy(update=given)


def _at(section: MqttSection, broker: str) -> MqttSection:
    return section.model_copy(update={"broker": broker})


def _from_url(text: str) -> dict[str, object]:
    """The settings in a URL; no message repeats it, as it may hold a password after all."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        msg = "the URL after --mqtt cannot be read: write it like mqtt://localhost:1883"
        raise UsageError(msg) from None
    if url.scheme not in TLS_BY_SCHEME or not url.hostname or url.path not in {"", "/"}:
        msg = "--mqtt takes embedded, none, or a URL like mqtt://localhost:1883"
        raise UsageError(msg)
    if url.password is not None:
        msg = (
            "a password on the command line can be seen by everybody on this machine: leave it out of the "
            "URL, and give it in STRIDESENSE_MQTT__PASSWORD or in the file that mqtt.password_file names"
        )
        raise UsageError(msg)
    given: dict[str, object] = {
        "broker": "external",
        "host": url.hostname,
        "port": port,
        "tls": TLS_BY_SCHEME[url.scheme],
    }
    if url.username is not None:
        given["username"] = unquote(url.username)
    return given
