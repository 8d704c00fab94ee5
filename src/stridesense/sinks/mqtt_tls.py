"""How links to a broker are encrypted, and who vouches for whom."""

import ssl

from stridesense.errors import InputError
from stridesense.sinks.mqtt_settings import MqttSettings


def tls_context(settings: MqttSettings) -> ssl.SSLContext:
    """TLS 1.2 or newer; the broker's certificate and the name in it are always checked.

    Raises:
        InputError: a certificate or a key cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        msg = f"no certificate can be read from mqtt.ca_file {settings.ca_file}: {_brief(error)}"
        raise InputError(msg) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.cert_file is not None:
        _show_certificate(context, settings)
    return context


def _show_certificate(context: ssl.SSLContext, settings: MqttSettings) -> None:
    password = settings.key_password.get_secret_value() if settings.key_password else ""
    try:
        # Asked by way of a function: with no password at all OpenSSL would ask at the terminal.
        context.load_cert_chain(str(settings.cert_file), settings.key_file, lambda: password)
    except (OSError, ValueError) as error:
        msg = (
            f"the certificate mqtt.cert_file {settings.cert_file} cannot be used ({_brief(error)}): check "
            "that the file, mqtt.key_file and mqtt.key_password belong together"
        )
        raise InputError(msg) from None


def _brief(error: OSError | ValueError) -> str:
    reason = getattr(error, "reason", None)
    return reason.lower().replace("_", " ") if reason else str(error)
