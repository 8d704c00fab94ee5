"""TLS and certificates against a real mosquitto: closed when in doubt, and said in one sentence."""

import asyncio
import logging
import re
import shutil
import ssl
import subprocess
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from brokers import Broker, Proxy, Start, cue, stride
from stridesense.errors import InputError, RefusedError
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.mqtt_link import check
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.mqtt_tls import tls_context

CANARY = "canary-7f3a"
LONG_AGO = datetime.now(UTC) - timedelta(days=30)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_lines(folder: Path, authority: trustme.CA, certificate: trustme.LeafCert) -> str:
    """The lines of a mosquitto that shows this certificate."""
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    certificate.cert_chain_pems[0].write_to_path(folder / "server.pem")
    return f"cafile {folder}/ca.pem\ncertfile {folder}/server.pem\nkeyfile {folder}/server.key\n"


def encrypted(broker: Broker, folder: Path, **changes: Any) -> MqttSettings:
    return replace(broker.settings, tls=True, ca_file=folder / "ca.pem", **changes)


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Nothing at any level shows the secret, and nothing is left for the loop to complain of."""
    caplog.set_level(logging.DEBUG)
    yield caplog
    assert CANARY not in caplog.text
    noise = [record.message for record in caplog.records if record.levelno >= logging.ERROR]
    assert [line for line in noise if "StreamReaderProtocol" not in line] == []  # which is the proxy's


async def refusal(settings: MqttSettings) -> str:
    """What is said to who connects with these settings and a password that must not be seen."""
    with pytest.raises(RefusedError) as told:
        await check(replace(settings, password=SecretStr(CANARY)))
    sentence = str(told.value)
    assert CANARY not in sentence
    assert "\n" not in sentence
    assert sentence.startswith(f"the MQTT broker at {settings.host}:{settings.port} ")
    return sentence


EXPIRED = {"not_before": LONG_AGO, "not_after": LONG_AGO + timedelta(days=1)}
NOT_YET = {"not_before": datetime.now(UTC) + timedelta(days=1)}


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("host", "made", "advice"),
    [
        ("127.0.0.1", EXPIRED, r"verify failed: certificate has expired\): have it renewed at the broker"),
        (
            "127.0.0.1",
            NOT_YET,
            r"verify failed: certificate is not yet valid\): set the clock of this machine",
        ),
        (
            "broker.home",
            {},
            r"not valid for '127\.0\.0\.1'\): give mqtt\.host as it stands in the certificate$",
        ),
    ],
)
async def test_a_certificate_that_does_not_hold_opens_nothing(
    start: Start, authority: trustme.CA, tmp_path: Path, host: str, made: dict[str, Any], advice: str
) -> None:
    broker = start(tls_lines(tmp_path, authority, authority.issue_cert(host, **made)))
    assert re.search(advice, await refusal(encrypted(broker, tmp_path)))


@pytest.mark.usefixtures("quiet")
async def test_nobody_is_trusted_but_the_authority_that_was_named(
    start: Start, authority: trustme.CA, tmp_path: Path
) -> None:
    broker = start(tls_lines(tmp_path, authority, authority.issue_cert("127.0.0.1")))
    trusting = encrypted(broker, tmp_path)
    await check(trusting)
    stranger = "name the certificate authority that the broker has it from in mqtt.ca_file"
    assert (await refusal(replace(trusting, ca_file=None))).endswith(stranger)
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    assert (await refusal(replace(trusting, ca_file=tmp_path / "other.pem"))).endswith(stranger)
    assert "user name or the password" in await refusal(trusting)


@pytest.mark.usefixtures("quiet")
async def test_tls_and_a_port_without_it_do_not_meet(
    start: Start, authority: trustme.CA, tmp_path: Path
) -> None:
    encrypting = start(tls_lines(tmp_path, authority, authority.issue_cert("127.0.0.1")))
    assert "closes the connection without a word: where it wants TLS" in await refusal(encrypting.settings)
    plain = encrypted(start(), tmp_path)
    assert "does not speak TLS at this port (" in await refusal(plain)


def locked_key(certificate: trustme.LeafCert) -> bytes:
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
    lock = BestAvailableEncryption(CANARY.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("version", ["tlsv1.2", "tlsv1.3"])
async def test_a_broker_that_asks_for_a_certificate_takes_ours_and_no_other(
    start: Start, authority: trustme.CA, tmp_path: Path, version: str
) -> None:
    lines = tls_lines(tmp_path, authority, authority.issue_cert("127.0.0.1"))
    broker = start(f"{lines}require_certificate true\ntls_version {version}\n")
    nobody = encrypted(broker, tmp_path)
    said = await refusal(nobody)
    assert "wants a certificate of us" in said
    assert "mqtt.cert_file" in said
    forged = trustme.CA().issue_cert("runner")
    forged.private_key_and_cert_chain_pem.write_to_path(tmp_path / "forged.pem")
    said = await refusal(replace(nobody, cert_file=tmp_path / "forged.pem"))
    assert "does not accept our certificate" in said
    assert "mqtt.cert_file" in said
    own = authority.issue_cert("runner")
    own.cert_chain_pems[0].write_to_path(tmp_path / "own.pem")
    (tmp_path / "own.key").write_bytes(locked_key(own))
    files = {"cert_file": tmp_path / "own.pem", "key_file": tmp_path / "own.key"}
    await check(replace(nobody, **files, key_password=SecretStr(CANARY)))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("password", [None, SecretStr(f"not {CANARY}")])
def test_a_locked_key_that_does_not_open_is_said_and_nobody_is_asked_at_the_terminal(
    authority: trustme.CA, tmp_path: Path, password: SecretStr | None, capfd: pytest.CaptureFixture[str]
) -> None:
    own = authority.issue_cert("runner")
    (tmp_path / "own.pem").write_bytes(own.cert_chain_pems[0].bytes() + locked_key(own))
    settings = MqttSettings(
        "localhost", 8883, "pod", tls=True, cert_file=tmp_path / "own.pem", key_password=password
    )
    with pytest.raises(InputError, match=r"mqtt\.cert_file .*own\.pem cannot be used") as told:
        tls_context(settings)
    assert CANARY not in str(told.value)
    assert capfd.readouterr() == ("", "")


def test_the_name_is_always_checked_and_nothing_older_than_tls_1_2_is_spoken() -> None:
    context = tls_context(MqttSettings("localhost", 8883, "pod", tls=True))
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def set_password(broker: Broker) -> None:
    (broker.folder / "passwords").write_text(f"runner:{CANARY}\n")
    program = shutil.which("mosquitto_passwd") or ""
    subprocess.run([program, "-U", broker.folder / "passwords"], check=True)


async def test_no_message_shows_the_password_and_no_try_comes_within_two_seconds_of_a_refusal(
    start: Start, authority: trustme.CA, tmp_path: Path, quiet: pytest.LogCaptureFixture
) -> None:
    broker = start(tls_lines(tmp_path, authority, authority.issue_cert("127.0.0.1")))
    broker.kill()
    set_password(broker)
    async with Proxy(broker.port) as proxy:
        settings = replace(encrypted(broker, tmp_path), port=proxy.port, password=SecretStr(CANARY))
        async with MqttSink(settings, "sid", 0.0) as sink:
            with pytest.raises(RefusedError, match="does not speak TLS") as told:
                await sink.connected(5.0)
            refused_s = time.monotonic()
            await asyncio.to_thread(broker.start)
            await sink.handle(cue(0, valid_for_s=10.0))
            while "connected to" not in quiet.text:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
            assert time.monotonic() - refused_s >= 2.0 - 0.1  # the refusal is told a little late
            assert proxy.connections == 2
            proxy.reset()
            await sink.handle(stride(0))
            while quiet.text.count("connected to") < 2:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
    everything = [*traceback.format_exception(told.value), repr(settings), repr(vars(sink)), str(settings)]
    assert CANARY not in "".join(everything)
