"""`stridesense demo`."""

from stridesense.cli.mqtt import ConfigOption, MqttOption, mqtt_section
from stridesense.cli.playing import RecordOption, play_here
from stridesense.cli.shoe import ShoeOption, worn
from stridesense.cli.terminal import note
from stridesense.runtime.clock import MonotonicClock
from stridesense.runtime.demo import LASTS_S, demo_source


def command(
    mqtt: MqttOption = None,
    config: ConfigOption = None,
    record: RecordOption = None,
    shoe: ShoeOption = None,
) -> int:
    """Watch a virtual runner who holds the heels up for a while, and the cue that follows.

    It takes half a minute and ends by itself. Published on a private broker where the settings name none.
    """
    section = mqtt_section(mqtt, config, default="embedded")
    profile = worn(shoe)
    note(f"A virtual runner on two pods, in {LASTS_S:.0f} s; Ctrl-C ends it sooner.")
    return play_here(demo_source(MonotonicClock()), section, record, "demo", profile)
