#!/bin/sh
# The box's first program: loads the modules, then starts the bus, bluetoothd and the ways in.
export PATH=/bin DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/bus
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
dbus-daemon --config-file=/etc/bus.conf --fork
while read -r module; do
    insmod "/modules/$module" || echo "cannot load $module"
done </modules/order
ifconfig lo 127.0.0.1 up
ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
socat TCP4-LISTEN:1001,fork,reuseaddr,nodelay UNIX-CONNECT:/run/bus &
socat TCP4-LISTEN:1002,fork,reuseaddr,nodelay EXEC:/bin/sh &
start-bluetoothd
stty -F /dev/hvc0 raw -echo
btattach -B /dev/hvc0 -P h4 -S 3000000 &
until grep -q ':03E9 ' /proc/net/tcp && grep -q ':03EA ' /proc/net/tcp; do
    usleep 20000
done
echo "the box is up after $(cut -d' ' -f1 /proc/uptime) s"
exec sleep 1000000
