"""Where to publish."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from stridesense.contract.topics import DELIVERY, Kind

DISCOVERY_PREFIX: Final = "homeassistant"
"""Under which Home Assistant looks for devices unless told otherwise."""


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where the broker is and who speaks to it; no password shows in a log or a repr.

    `device` is a level of every topic, see `topics.device_level`. `throwaway` says that the password dies
    with a private broker, so that it may be shown to the person at the screen. `viewer` is who may look on
    and send commands, where the broker has one of its own for that. `cert_file` and `key_file` say who we are
    to a broker that asks for a certificate. With `home_assistant` the session is announced under
    `discovery_prefix`.
    """

    host: str
    port: int
    device: str
    username: str | None = None
    password: SecretStr | None = None
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    key_password: SecretStr | None = None
    cue_ttl_s: float = DELIVERY[Kind.CUE].expiry_s
    throwaway: bool = False
    viewer: "MqttSettings | None" = None
    home_assistant: bool = False
    discovery_prefix: str = DISCOVERY_PREFIX

    @property
    def for_viewers(self) -> "MqttSettings":
        """Who looks on: with no more rights than that needs, where the broker knows such a user."""
        return self.viewer or self

    @property
    def url(self) -> str:
        """Where the broker listens, without user and password."""
        return f"mqtt{'s' * self.tls}://{self.host}:{self.port}"

    @property
    def broker(self) -> str:
        """The broker, for people."""
        return f"the MQTT broker at {self.host}:{self.port}"
