"""What strangers try: other sites, other names, paths, floods, and messages that are none."""

import asyncio
import json
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
import pytest

from brokers import Broker, cue
from dashboard.pages import Page, Publisher, said, stride_at
from stridesense.contract.commands import MAX_COMMAND_BYTES
from stridesense.dashboard.guard import Guard, is_loopback
from stridesense.dashboard.page_commands import COMMANDS_PER_S
from stridesense.dashboard.page_files import page_files
from stridesense.dashboard.said import MAX_LIST, MAX_TEXT
from stridesense.dashboard.server import serve
from stridesense.dashboard.web import MAX_PAGES

SCRIPT = "<img src=x onerror=alert(1)>"


async def status(address: str, path: str = "", **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"{address}{path}", headers=headers) as answer:
        return answer.status


def port_of(address: str) -> int:
    port = urlsplit(address).port
    assert port is not None
    return port


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1:1", "null", "", "file://", "http://localhost.evil.example"],
)
async def test_a_page_of_another_site_sees_nothing(lonely: str, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await Page(lonely, Origin=origin).__aenter__()
    assert refusal.value.status == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a@127.0.0.1", "192.0.2.1", "["])
async def test_another_name_is_not_served(lonely: str, host: str) -> None:
    assert await status(lonely, Host=f"{host}:{port_of(lonely)}") in {400, 403}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await Page(lonely, Host=host, Origin=f"http://{host}").__aenter__()
    assert refusal.value.status in {400, 403}


async def test_more_names_are_served_where_they_are_allowed(mosquitto: Broker) -> None:
    async with serve(mosquitto.settings, port=0, allowed_hosts=["Pi.home"]) as address:
        assert await status(address, Host="pi.home") == 200
        async with Page(address, Host="pi.home", Origin="https://pi.home") as page:
            await page.until(lambda: page.told)


def test_who_listens_beyond_this_machine_is_reached_by_any_address_but_not_by_any_name() -> None:
    guard = Guard("::")
    assert guard.knows("192.0.2.1:8765")
    assert guard.knows("[2001:db8::1]:8765")
    assert guard.knows(socket.gethostname())
    assert not guard.knows("evil.example")
    assert not Guard("127.0.0.1").knows("192.0.2.1:8765")


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("::", False)]
)
def test_it_knows_what_is_beyond_this_machine(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


async def test_every_answer_forbids_what_the_page_does_not_need(lonely: str) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("", "nothing", "ws"):
            async with session.get(f"{lonely}{path}") as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; script-src 'self'; ")
                assert "unsafe" not in policy
                assert "*" not in policy
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
                assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        b"/../server.py",
        b"/..%2fserver.py",
        b"/%2e%2e/server.py",
        b"//etc/passwd",
        b"/etc/passwd",
        b"/index.html%00.js",
        b"/static/index.html",
        b"/..\\server.py",
    ],
)
async def test_a_path_leads_nowhere_but_to_the_files_of_the_page(lonely: str, path: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(lonely))
    writer.write(b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % path)
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] in {b"400", b"404"}


async def test_each_file_is_served_by_its_content_and_sent_once(lonely: str) -> None:
    async with aiohttp.ClientSession() as session:
        for path, file in page_files().items():
            async with session.get(f"{lonely.rstrip('/')}{path}") as first:
                assert (await first.read(), first.content_type) == (file.content, file.media_type)
            known = {"If-None-Match": first.headers["ETag"]}
            async with session.get(f"{lonely.rstrip('/')}{path}", headers=known) as second:
                assert (second.status, await second.read()) == (304, b"")


async def test_script_in_names_and_words_stays_text(address: str, publisher: Publisher) -> None:
    device = SCRIPT.replace("/", "")
    async with Page(address) as page:
        await page.until_up()
        await publisher.say("cue", said(cue(1).to_record(), text=SCRIPT, valid_until=2.0), device=device)
        await page.until(lambda: page.items)
        assert page.items[0]["device"] == device
        assert page.items[0]["payload"]["text"] == SCRIPT
        await page.command(device, command="mute", id="c1")
        topic, _ = await asyncio.wait_for(publisher.commands.get(), 5.0)
        assert topic == f"stridesense/1/{device}/cmd"


NO_MESSAGES = [
    ("left/stride", b"[" * 5000),
    ("left/stride", b'{"t":' * 3000),
    ("left/stride", json.dumps(stride_at(1.0, contact_time_s=float("nan"))).encode()),
    ("left/stride", json.dumps(stride_at(1.0)).encode().replace(b"1.0", b"1e999")),
    ("left/stride", b"x" * 100_000),
    ("left/stride", b"\xff\xfe"),
    ("status", b"<script>"),
    ("stride", json.dumps(stride_at(1.0)).encode()),
    ("left/cue", json.dumps(said(cue(1).to_record())).encode()),
    ("both/stride", json.dumps(stride_at(1.0)).encode()),
    ("left/stride/more", json.dumps(stride_at(1.0)).encode()),
    ("cmd", b'{"command":"mute"}'),
]


async def test_what_is_no_message_of_ours_is_passed_over(address: str, publisher: Publisher) -> None:
    async with Page(address) as page:
        await page.until_up()
        for level, payload in NO_MESSAGES:
            await publisher.say(level, payload, device="stranger")
        await publisher.say("mark", said({"type": "mark", "t_s": 1.0, "text": "the last one"}))
        await page.until(lambda: page.items)
        assert [item["device"] for item in page.items] == ["pod"]


async def test_commands_reach_no_topic_but_of_a_runner_that_is_there(
    address: str, publisher: Publisher
) -> None:
    async with Page(address) as page:
        await page.until_up()
        await publisher.say("status", b"online")
        await page.until(lambda: page.items)
    for device in ("", "+", "#", "a/b", "../x", "pod\0", "nobody", "pod/cmd", "x" * 4000):
        async with Page(address) as page:
            await page.command(device, command="mute", id="bad")
            await page.until(lambda page=page: page.of("refused"))
    async with Page(address) as page:
        await page.command("pod", command="mute", id="good")
        topic, _ = await asyncio.wait_for(publisher.commands.get(), 5.0)
        assert topic == "stridesense/1/pod/cmd"
        assert publisher.commands.empty()


NO_COMMANDS = [
    "no JSON",
    "[" * 4000,
    '{"a":' * 600 + "1" + "}" * 600,
    '{"type":"command","device":"pod","command":{"command":"mark","text":NaN}}',
    '{"type":"command","device":"pod","command":{"command":"mark","text":"' + "x" * 300 + '"}}',
    '{"type":"command","device":"pod","command":{"command":"mark","text":"' + "x" * 5000 + '"}}',
    '{"type":"command","device":"pod","command":{"command":"reboot"}}',
    '{"type":"command","device":"pod","command":{"command":"mute","extra":1}}',
    '{"type":"command","device":"pod","command":{"command":"stop"}}',
    '{"type":"command","device":"pod","command":{"command":"check_in","left":1,"red_flags":["swelling"]}}',
    '{"type":"command","device":"pod","command":null}',
    '{"type":"command","device":["pod"],"command":{"command":"mute"}}',
    '{"type":"command","device":"pod","command":{"command":"mute"},"topic":"x"}',
    '{"type":"publish","device":"pod","command":{"command":"mute"}}',
    "null",
]


async def test_a_command_that_is_none_is_refused_in_a_sentence(address: str, publisher: Publisher) -> None:
    async with Page(address) as page:
        await page.until_up()
        await publisher.say("status", b"online")
        await page.until(lambda: page.items)
    for text in NO_COMMANDS:
        async with Page(address) as page:
            await page.socket.send_str(text)
            await page.until(lambda page=page: page.of("refused"))
            assert 10 < len(page.of("refused")[0]["text"]) < 200, text
    assert publisher.commands.empty()


async def test_a_command_counts_without_what_a_page_wraps_it_in(address: str, publisher: Publisher) -> None:
    command = {"command": "mark", "text": "\N{RUNNER}" * 200, "id": "i" * 64}
    request = json.dumps({"type": "command", "device": "pod", "command": command}).ljust(
        MAX_COMMAND_BYTES + 1
    )
    async with Page(address) as page:
        await page.until_up()
        await publisher.say("status", b"online")
        await page.until(lambda: page.items)
        await page.socket.send_str(request.ljust(MAX_COMMAND_BYTES + 1))
        _, told = await asyncio.wait_for(publisher.commands.get(), 5.0)
        assert told.items() >= command.items()


async def test_a_refusal_names_the_command(lonely: str) -> None:
    async with Page(lonely) as page:
        await page.command("nobody", command="mute", id="c7")
        await page.until(lambda: page.of("refused"))
        assert page.of("refused") == [
            {"type": "refused", "id": "c7", "text": "no runner of this name has been heard of"}
        ]


@pytest.mark.parametrize("size", [65_536, 1_000_000])
async def test_a_page_that_sends_too_much_at_once_is_closed(lonely: str, size: int) -> None:
    async with Page(lonely) as page, Page(lonely) as other:
        await page.socket.send_str("x" * size)
        await page.until(lambda: page.closed_with)
        assert page.closed_with == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        await other.until(lambda: other.of("beat"))


async def test_of_a_thousand_commands_few_are_passed_on(address: str, publisher: Publisher) -> None:
    async with Page(address) as page, Page(address) as other:
        await page.until_up()
        await publisher.say("status", b"online")
        await page.until(lambda: page.items)
        for _ in range(1000):
            await page.command(command="mute")
        await page.until(lambda: page.of("refused"))
        await other.command(command="unmute", id="other")
        told = []
        while not told or told[-1]["id"] != "other":
            _, command = await asyncio.wait_for(publisher.commands.get(), 5.0)
            told.append(command)
        assert COMMANDS_PER_S <= len(told) - 1 <= 4 * COMMANDS_PER_S
        assert "a second" in page.of("refused")[0]["text"]


async def test_there_are_no_more_pages_than_it_can_serve(
    lonely: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stridesense.dashboard.web.MAX_PAGES", 2)
    assert MAX_PAGES == 200
    async with Page(lonely) as first, Page(lonely) as second:
        await first.until(lambda: first.told)
        await second.until(lambda: second.told)
        async with Page(lonely) as third:
            await third.until(lambda: third.closed_with)
            assert third.closed_with == aiohttp.WSCloseCode.TRY_AGAIN_LATER
            assert not third.told


async def test_a_page_that_reads_nothing_is_cut_off_and_costs_others_nothing(
    address: str, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr("stridesense.dashboard.web.STALLED_S", 0.3)
    with socket.create_connection(("127.0.0.1", port_of(address)), timeout=5.0) as deaf:
        deaf.sendall(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        async with Page(address) as page:
            await page.until_up()
            async with asyncio.timeout(10.0):
                while "a page that takes nothing was cut off" not in caplog.text:
                    told = len(page.items)
                    for seq in range(50):
                        flags = ["x" * MAX_TEXT] * MAX_LIST
                        await publisher.say("left/stride", stride_at(seq, flags=flags))
                    await page.until(lambda told=told: len(page.items) == told + 50)
        with suppress(ConnectionResetError):
            while deaf.recv(1 << 20):
                pass
