"""Where to publish."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from stridesense.sinks.payloads import CUE_TTL_S


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where the broker is and who speaks to it; the password shows in no log and no repr."""

    host: str
    port: int
    device: str
    username: str | None = None
    password: SecretStr | None = None
    tls: bool = False
    ca_file: Path | None = None
    cue_ttl_s: float = CUE_TTL_S

    @property
    def broker(self) -> str:
        """The broker, for people."""
        return f"the MQTT broker at {self.host}:{self.port}"
