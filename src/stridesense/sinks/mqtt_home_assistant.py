"""Lets Home Assistant find the device by itself."""

from stridesense import __version__
from stridesense.contract.home_assistant import ENTITIES_DELIVERY, birth_topic, discovery, discovery_topic
from stridesense.contract.topics import ONLINE
from stridesense.sinks.mqtt_courier import Courier
from stridesense.sinks.mqtt_link import Heard


def tell_home_assistant(courier: Courier) -> None:
    """Describe the device on each new link, and whenever Home Assistant says that it has started.

    Nothing is ever taken back: Home Assistant removes the device when somebody deletes it there.
    """
    settings = courier.settings
    topic = discovery_topic(settings.discovery_prefix, settings.device)
    described = discovery(settings.device, __version__)

    def tell() -> None:
        courier.set_state(topic, described, ENTITIES_DELIVERY)

    def answer(birth: Heard) -> None:
        if birth.payload == ONLINE:
            tell()

    courier.subscribe(birth_topic(settings.discovery_prefix), answer)
    tell()
