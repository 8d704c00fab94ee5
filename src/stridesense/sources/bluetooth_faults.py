"""What a runner is told when Bluetooth fails, and which errors of BlueZ mean it."""

from typing import Final

NO_SERVICE: Final = (
    "the system's Bluetooth service does not run: start it with `sudo systemctl start bluetooth`, "
    "and install it (`bluez`) where it is missing"
)
SWITCHED_OFF: Final = "Bluetooth is switched off: switch it on (`bluetoothctl power on`)"
NO_PERMISSION: Final = (
    "this user may not use Bluetooth: allow it in the system's settings, on Linux by joining the group "
    "`bluetooth`"
)
NOT_PAIRED: Final = (
    "the pod talks only to computers it is paired with: pair it once with `bluetoothctl pair {address}`"
)
NO_ANSWER: Final = (
    "{address} leaves a request unanswered: start it again, or, if it is one that wants to be paired, "
    "pair it once with `bluetoothctl pair {address}`"
)

DBUS: Final = {
    "org.freedesktop.DBus.Error.ServiceUnknown": NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": NO_SERVICE,
    "org.freedesktop.DBus.Error.Disconnected": NO_SERVICE,
    "org.freedesktop.DBus.Error.AccessDenied": NO_PERMISSION,
    "org.bluez.Error.NotReady": SWITCHED_OFF,
    "org.bluez.Error.InProgress": "the Bluetooth adapter is busy with another program: end that one",
}
DBUS_PAIRING: Final = {
    "org.bluez.Error.NotAuthorized",
    "org.bluez.Error.AuthenticationFailed",
    "org.bluez.Error.AuthenticationRejected",
}
DBUS_REFUSED: Final = {"org.bluez.Error.NotPermitted", "org.bluez.Error.NotSupported"}
