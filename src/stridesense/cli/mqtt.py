"""The MQTT options that several commands share."""

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

import typer
from pydantic import SecretStr

from stridesense.errors import UsageError
from stridesense.runtime.config import MqttSection, load_settings

TLS_BY_SCHEME: Final = {"mqtt": False, "mqtts": True}

MqttOption = Annotated[
    str | None,
    typer.Option(
        "--mqtt",
        metavar="embedded|none|URL",
        help="Publish on a private broker, not at all, or on mqtt[s]://[user[:password]@]host[:port].",
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file (default: your own)."),
]


def mqtt_section(choice: str | None, config: Path | None) -> MqttSection:
    """The settings of the person's file, and what the command line says against them.

    Raises:
        UsageError: a setting or the URL is not valid.
        InputError: the settings cannot be read.
    """
    section = load_settings(config).mqtt
    match choice:
        case None:
            return section
        case "none" | "embedded":
            return section.model_copy(update={"broker": choice})
        case _:
            return section.model_copy(update=_from_url(choice))


def _from_url(text: str) -> dict[str, object]:
    """The settings in a URL; no message repeats it, as it may hold a password."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        msg = f"the URL after --mqtt cannot be read: {error}"
        raise UsageError(msg) from None
    if url.scheme not in TLS_BY_SCHEME or not url.hostname or url.path not in {"", "/"}:
        msg = "--mqtt takes embedded, none, or a URL like mqtt://localhost:1883"
        raise UsageError(msg)
    given: dict[str, object] = {
        "broker": "external",
        "host": url.hostname,
        "port": port,
        "tls": TLS_BY_SCHEME[url.scheme],
    }
    if url.username is not None:
        given["username"] = unquote(url.username)
    if url.password is not None:
        given["password"] = SecretStr(unquote(url.password))
    return given
