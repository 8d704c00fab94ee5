"""`stridesense run`."""

from typing import Annotated

import typer

from stridesense.cli.bluetooth import LeftOption, RecordingOption, RightOption, SwapOption
from stridesense.cli.coaching import DrillOption, MuteOption, ThemeOption, on_theme
from stridesense.cli.history_words import place
from stridesense.cli.mqtt import ConfigOption, MqttOption, mqtt_section
from stridesense.cli.outing import Outing, Wanted
from stridesense.cli.playing import announce, remark_on_refusals
from stridesense.cli.running import ending_gently, run
from stridesense.cli.shoe import ShoeOption, worn
from stridesense.cli.terminal import note
from stridesense.contract.topics import Kind
from stridesense.errors import UsageError
from stridesense.runtime.broker import open_broker
from stridesense.runtime.config import MqttSection, load_settings
from stridesense.runtime.playback import Played
from stridesense.runtime.standby import Standby
from stridesense.sinks.mqtt_courier import Courier
from stridesense.sinks.mqtt_home_assistant import tell_home_assistant
from stridesense.sources.bluetooth import BluetoothRadio

NoHistoryOption = Annotated[
    bool,
    typer.Option(
        "--no-history", help="Neither look at earlier runs nor keep this one; check-ins count all the same."
    ),
]
WaitOption = Annotated[
    bool,
    typer.Option("--wait", help="Wait for start and stop over MQTT, one run after the other, until Ctrl-C."),
]
NoRecordOption = Annotated[bool, typer.Option("--no-record", help="Do not record the run.")]


def command(
    *,
    left: LeftOption = None,
    right: RightOption = None,
    swap: SwapOption = False,
    mqtt: MqttOption = None,
    config: ConfigOption = None,
    record: RecordingOption = None,
    no_record: NoRecordOption = False,
    shoe: ShoeOption = None,
    mute: MuteOption = False,
    drill: DrillOption = False,
    theme: ThemeOption = None,
    no_history: NoHistoryOption = False,
    wait: WaitOption = False,
) -> int:
    """Run with one or two pods: strides and cues as they come, over MQTT where wanted, recorded.

    Without --left and --right the pods of the last run are taken; the first time, those in sight. A pod that
    is lost is searched for until Ctrl-C, which ends the run in good order. The coach goes on from the earlier
    runs, see `stridesense history`. Ends with 3 when data was lost.

    With --wait every `start` over MQTT begins a run and every `stop` ends one.
    """
    section, settings, profile = mqtt_section(mqtt, config), load_settings(config), worn(shoe)
    settings = on_theme(settings, theme)
    wanted = Wanted(
        left=left,
        right=right,
        swap=swap,
        settings=settings,
        shoe=profile,
        record=record,
        no_record=no_record,
        aloud=not mute,
        drill=drill,
        history=place(None, settings),
        keep=settings.history.keep and not no_history,
    )
    if wait:
        return run(wait_for_starts(section, wanted))
    outing, played = run(_run_alone(section, wanted))
    return outing.say_what_it_was(played)


async def _run_alone(section: MqttSection, wanted: Wanted) -> tuple[Outing, Played]:
    outing = await Outing.with_pods(wanted, BluetoothRadio())
    return outing, await outing.run_alone(section)


async def wait_for_starts(section: MqttSection, wanted: Wanted) -> int:
    """Hold a run whenever `start` comes over MQTT, until Ctrl-C; the worst of their exit codes."""
    _forbid_for_many_runs(wanted)
    radio = BluetoothRadio()

    async def prepare() -> Outing:
        return await Outing.with_pods(wanted, radio)

    async with open_broker(section, patient=True) as settings:
        if settings is None:
            msg = "--wait waits for a command over MQTT: name a broker with --mqtt"
            raise UsageError(msg)
        announce(settings)
        async with Courier(settings) as courier:
            standby = Standby(courier, prepare, wanted.check_ins, note)
            if settings.home_assistant:
                tell_home_assistant(courier)
            note(f"waiting for start on {courier.topic(Kind.COMMAND)}; Ctrl-C ends it")
            with ending_gently(standby.end):
                code = await standby.serve()
        remark_on_refusals(standby.refused)
        return code


def _forbid_for_many_runs(wanted: Wanted) -> None:
    if wanted.record is not None:
        msg = "--record names one file, and with --wait there may be many runs: leave it out"
        raise UsageError(msg)
    if wanted.swap:
        msg = "--swap would change the feet before every run that --wait waits for: run once with it alone"
        raise UsageError(msg)
