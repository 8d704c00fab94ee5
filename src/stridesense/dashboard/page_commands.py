"""What a page may ask for: one command of the closed set, for a runner that is there, and not too often."""

import time
from typing import Final, Never

from stridesense.contract.commands import Command, CommandError, Mark, Mute, Unmute
from stridesense.contract.gate import Fields, Quota, command_of, fields_of, id_of
from stridesense.dashboard.hub import Hub
from stridesense.dashboard.said import to_json
from stridesense.dashboard.subscriber import Subscriber
from stridesense.errors import LinkError, UsageError

COMMANDS_PER_S: Final = 5.0
"""Of one page, that many at once as well; our own choice: nobody presses a button faster."""

BUTTONS: Final = (Mute, Unmute, Mark)
"""What a page has buttons for: who may look on must not end a run, nor speak for the runner's legs."""


class PageCommands:
    """Passes the commands of one page on, or says in a sentence why not."""

    def __init__(self, hub: Hub, subscriber: Subscriber) -> None:
        self._hub = hub
        self._subscriber = subscriber
        self._quota = Quota(COMMANDS_PER_S, burst=COMMANDS_PER_S)

    async def answer(self, text: str) -> bytes | None:
        """The refusal of what the page sent; None when it is on its way."""
        fields: Fields = {}
        try:
            device, fields = _request(fields_of(text.encode()))
            if not self._quota.allows(time.monotonic()):
                _refuse(f"more than {COMMANDS_PER_S:.0f} commands a second are not passed on")
            command = _with_a_button(command_of(fields))
            if not self._hub.knows(device):
                _refuse("no runner of this name has been heard of")
            await self._subscriber.tell(device, command.model_dump_json(exclude_none=True).encode())
        except (UsageError, CommandError, LinkError) as fault:
            self._hub.counts["refused"] += 1
            return to_json({"type": "refused", "id": id_of(fields), "text": str(fault)}).encode()
        self._hub.counts["commands"] += 1
        return None


def _request(request: Fields) -> tuple[str, Fields]:
    """For whom, and the fields of what is to be a command.

    Raises:
        UsageError: it is not said so.
    """
    match request:
        case {"type": "command", "device": str(device), "command": dict(fields), **others} if not others:
            return device, fields
    return _refuse("a page sends the name of a device and a command for it, and nothing else")


def _with_a_button(command: Command) -> Command:
    if not isinstance(command, BUTTONS):
        _refuse(f"a page passes on mute, unmute and mark, not {command.command}")
    return command


def _refuse(sentence: str) -> Never:
    raise UsageError(sentence)
