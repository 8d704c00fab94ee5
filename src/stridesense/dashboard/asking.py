"""What a page may ask for: one command of the closed set, for a runner that is there, and not too often."""

import json
import time
from typing import Any, Final, Never

from stridesense.contract.commands import MAX_COMMAND_BYTES, Command, CommandError
from stridesense.contract.gate import Quota, parse
from stridesense.dashboard.hub import Hub
from stridesense.dashboard.said import to_json
from stridesense.dashboard.subscriber import Subscriber
from stridesense.errors import LinkError, UsageError

COMMANDS_PER_S: Final = 5.0
"""Of one page, that many at once as well; our own choice: nobody presses a button faster."""


class Asking:
    """Passes the commands of one page on, or says in a sentence why not."""

    def __init__(self, hub: Hub, subscriber: Subscriber) -> None:
        self._hub = hub
        self._subscriber = subscriber
        self._quota = Quota(COMMANDS_PER_S, burst=COMMANDS_PER_S)

    async def answer(self, text: str) -> bytes | None:
        """The refusal of what the page sent; None when it is on its way."""
        name = ""
        try:
            request = _request(text)
            name = _name(request)
            if not self._quota.allows(time.monotonic()):
                _refuse(f"more than {COMMANDS_PER_S:.0f} commands a second are not passed on")
            device, command = _command(request)
            if not self._hub.knows(device):
                _refuse("no runner of this name has been heard of")
            await self._subscriber.tell(device, command.model_dump_json(exclude_none=True).encode())
        except (UsageError, CommandError, LinkError) as fault:
            self._hub.counts["refused"] += 1
            return to_json({"type": "refused", "id": name, "text": str(fault)}).encode()
        self._hub.counts["commands"] += 1
        return None


def _request(text: str) -> dict[str, Any]:
    """What a page sent, still to be checked.

    Raises:
        UsageError: it is too long or no request at all.
    """
    if len(text.encode(errors="replace")) > MAX_COMMAND_BYTES:
        _refuse(f"a command has at most {MAX_COMMAND_BYTES} bytes")
    try:
        request = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _refuse("this is not JSON")
    if not isinstance(request, dict) or request.get("type") != "command":
        _refuse("a page sends commands and nothing else")
    return request


def _name(request: dict[str, Any]) -> str:
    """What the page calls its command, for the answer."""
    command = request.get("command")
    name = command.get("id") if isinstance(command, dict) else None
    return name[:64] if isinstance(name, str) else ""


def _command(request: dict[str, Any]) -> tuple[str, Command]:
    """For whom, and what.

    Raises:
        UsageError: it is not said for whom.
        CommandError: it is none of the closed set, or has what it should not.
    """
    device = request.get("device")
    if not isinstance(device, str) or set(request) != {"type", "device", "command"}:
        _refuse("a page names a device and a command, and nothing else")
    return device, parse(json.dumps(request["command"]).encode())


def _no_constant(name: str) -> Never:
    raise ValueError(name)


def _refuse(sentence: str) -> Never:
    raise UsageError(sentence)
