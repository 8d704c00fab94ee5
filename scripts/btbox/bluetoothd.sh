#!/bin/sh
# Starts bluetoothd by itself, so that the shell that a test started it from may end.
setsid bluetoothd -n -f /etc/bluetooth/main.conf </dev/null >/dev/console 2>&1 &
echo $! >/run/bluetoothd.pid
