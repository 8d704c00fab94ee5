"""`stridesense demo`."""

from stridesense.cli.coaching import AloudOption, MuteOption, voice_of
from stridesense.cli.mqtt import ConfigOption, MqttOption, mqtt_section
from stridesense.cli.playing import RecordOption, play_here
from stridesense.cli.shoe import ShoeOption, worn
from stridesense.cli.terminal import note
from stridesense.runtime.clock import MonotonicClock
from stridesense.runtime.config import load_settings
from stridesense.runtime.demo import LASTS_S, demo_setup, demo_source


def command(
    *,
    mqtt: MqttOption = None,
    config: ConfigOption = None,
    record: RecordOption = None,
    shoe: ShoeOption = None,
    aloud: AloudOption = False,
    mute: MuteOption = False,
) -> int:
    """Watch a virtual runner who holds the heels up for a while, and the cue that follows.

    It takes half a minute and ends by itself. Published on a private broker where the settings name none.
    """
    section = mqtt_section(mqtt, config, default="embedded")
    settings = load_settings(config)
    setup = demo_setup(settings, worn(shoe))
    source = demo_source(MonotonicClock())
    voices = voice_of(settings, setup, aloud=aloud and not mute, speed=source.speed)
    note(f"A virtual runner on two pods, in {LASTS_S:.0f} s; Ctrl-C ends it sooner.")
    code, _ = play_here(source, section, record, "demo", setup, voices)
    return code
