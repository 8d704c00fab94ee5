"""Where to publish."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from stridesense.contract.topics import DELIVERY, Kind


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where the broker is and who speaks to it; the password shows in no log and no repr.

    `device` is a level of every topic, see `topics.device_level`. `throwaway` says that the password dies
    with a private broker, so that it may be shown to the person at the screen. `viewer` is who may look on
    and send commands, where the broker has one of its own for that.
    """

    host: str
    port: int
    device: str
    username: str | None = None
    password: SecretStr | None = None
    tls: bool = False
    ca_file: Path | None = None
    cue_ttl_s: float = DELIVERY[Kind.CUE].expiry_s
    throwaway: bool = False
    viewer: "MqttSettings | None" = None

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
