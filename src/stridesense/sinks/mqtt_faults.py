"""Why there is no link to a broker: one sentence each, with whose fault it is and what to do.

Nothing here leads to a weaker link: whoever asked for encryption gets it or nothing.
"""

import ssl
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from stridesense.errors import LinkError, RefusedError
from stridesense.sinks.mqtt_settings import MqttSettings

VERSION_REFUSED: Final = 132
CREDENTIALS_REFUSED: Final = (134, 135)
"""Reason codes of MQTT 5."""

NOT_YET_VALID: Final = 9
EXPIRED: Final = 10
OTHER_HOST: Final = 62
OTHER_ADDRESS: Final = 64
"""What OpenSSL finds wrong with a certificate: the names X509_V_ERR_... of its x509_vfy.h."""

ADVICE: Final[Mapping[int, str]] = MappingProxyType(
    {
        NOT_YET_VALID: "set the clock of this machine right, or have it renewed at the broker",
        EXPIRED: "have it renewed at the broker, or set the clock of this machine right",
        OTHER_HOST: "give mqtt.host as it stands in the certificate",
        OTHER_ADDRESS: "give mqtt.host as it stands in the certificate",
    }
)
STRANGER: Final = "name the certificate authority that the broker has it from in mqtt.ca_file"

OUR_CERTIFICATE: Final = ("certificate", "handshake failure", "handshake_failure", "unknown ca", "unknown_ca")
"""In the alerts of a broker that is not content with our certificate (RFC 8446, section 6.2)."""


class NeverSentError(LinkError):
    """There was no link any more: the message has not left."""


class CutOffError(LinkError):
    """The link broke, or the answer stayed out: the message may have arrived or not."""


class VersionRefusedError(RefusedError):
    """The broker does not speak this version of MQTT."""


def refused(settings: MqttSettings, code: int | None, reason: object) -> RefusedError:
    """The broker answers, and wants no connection: `code` is why in MQTT 5, `reason` in its own words."""
    if code == VERSION_REFUSED:
        return VersionRefusedError(f"{settings.broker} does not speak this version of MQTT")
    if code in CREDENTIALS_REFUSED:
        return RefusedError(
            f"{settings.broker} refuses the user name or the password: check mqtt.username and mqtt.password"
        )
    return RefusedError(f"{settings.broker} refuses the connection ({reason}): look into its log")


def hung_up(settings: MqttSettings, trouble: str) -> RefusedError:
    """The broker closed the connection before it answered; `trouble` is what was noticed of it."""
    if not settings.tls:
        return RefusedError(
            f"{settings.broker} closes the connection without a word: where it wants TLS, set mqtt.tls or "
            "write mqtts://"
        )
    if any(word in trouble.lower() for word in OUR_CERTIFICATE):
        return _wants_certificate(settings)
    perhaps = "wants a certificate of us" if settings.cert_file is None else "does not accept our certificate"
    return RefusedError(
        f"{settings.broker} closes the connection without a word: perhaps it {perhaps} (mqtt.cert_file); "
        "its log tells"
    )


def no_connection(settings: MqttSettings, error: BaseException) -> LinkError:
    """There is no connection, or no encrypted one, because of `error`."""
    broker = settings.broker
    if isinstance(error, ssl.SSLCertVerificationError):
        advice = ADVICE.get(error.verify_code, STRANGER)
        reason = error.verify_message.rstrip(".")
        return RefusedError(
            f"{broker} shows a certificate that cannot be trusted (certificate verify failed: {reason}): "
            f"{advice}"
        )
    if isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or ""):
        if "VERSION" in (error.reason or ""):
            return RefusedError(f"{broker} knows no TLS 1.2 or newer: bring its software up to date")
        return _wants_certificate(settings)
    if settings.tls and isinstance(error, ssl.SSLError | ConnectionResetError):
        return RefusedError(
            f"{broker} does not speak TLS at this port ({_brief(error)}): check mqtt.port, and that TLS is "
            "switched on at the broker"
        )
    return LinkError(f"{broker} cannot be reached ({_brief(error)}): check mqtt.host and mqtt.port")


def _wants_certificate(settings: MqttSettings) -> RefusedError:
    if settings.cert_file is None:
        return RefusedError(
            f"{settings.broker} wants a certificate of us: name it in mqtt.cert_file, and its key in "
            "mqtt.key_file"
        )
    return RefusedError(
        f"{settings.broker} does not accept our certificate: check that mqtt.cert_file is valid and comes "
        "from an authority that it knows"
    )


def _brief(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    return str(error)
