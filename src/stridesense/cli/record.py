"""`stridesense record`."""

import json
from datetime import datetime

from stridesense.cli.bluetooth import (
    LeftOption,
    RecordingOption,
    RightOption,
    SwapOption,
    chosen_pods,
    remark_on_drops,
)
from stridesense.cli.output import remark_on_loss
from stridesense.cli.running import ending_gently, run
from stridesense.cli.terminal import note
from stridesense.model import RawPacket
from stridesense.model.pods import LINK
from stridesense.recording.format import SessionMeta
from stridesense.runtime.live import new_recording, record_live
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.recorder import Recorder
from stridesense.sources.ble import BleSource
from stridesense.sources.bluetooth import BluetoothRadio
from stridesense.sources.radio import Radio


class LinkNotes(Sink):
    """Says what becomes of each pod, as it happens."""

    async def handle(self, item: Item) -> None:
        """Take note of what the source says of a pod."""
        if isinstance(item, RawPacket) and item.characteristic == LINK:
            facts = json.loads(item.payload)
            called = " ".join((item.foot, "pod", facts.get("name") or facts["address"]))
            note(f"{called}: {facts['state']}" + (f" ({facts['reason']})" if "reason" in facts else ""))


def command(
    *,
    left: LeftOption = None,
    right: RightOption = None,
    swap: SwapOption = False,
    record: RecordingOption = None,
) -> int:
    """Record what one or two pods send, without a word on the strides, until Ctrl-C.

    Which pods it takes is as with `run`. Ends with 3 when data was lost.
    """
    recorder = Recorder(record or new_recording(datetime.now().astimezone()), SessionMeta.new("record"))
    packets, source = run(_record(BluetoothRadio(), left, right, recorder, swap=swap))
    note(f"{packets} packets in {', '.join(str(path) for path in recorder.segments)}")
    return remark_on_loss(recorder.lost_messages, recorder.problem) or remark_on_drops(source)


async def _record(
    radio: Radio, left: str | None, right: str | None, recorder: Recorder, *, swap: bool
) -> tuple[int, BleSource]:
    source = BleSource(radio, await chosen_pods(radio, left, right, swap=swap))
    with ending_gently(source.end):
        return await record_live(source, [recorder, LinkNotes()]), source
