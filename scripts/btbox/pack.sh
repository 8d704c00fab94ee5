#!/usr/bin/env bash
# Packs the box's initramfs: busybox, the modules of Bluetooth and virtio, a bus, bluetoothd, and what they link with.
# pack.sh KERNEL_ROOT BLUEZ_ROOT IMAGE
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$1 bluez=$2 image=$3
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,modules,proc,sys,dev,run,tmp,root,etc/bluetooth,var/lib/bluetooth}

cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh cat cut echo grep ifconfig insmod kill mkdir mount rm setsid sleep stty usleep; do
    ln -s busybox "$root/bin/$applet"
done

# bluetoothd's cryptography runs in the kernel (AF_ALG). The order counts: there is no modprobe in the box, and
# ecdh_generic does not load before the random generator and the hashes that it draws from.
version=$(ls "$kernel/lib/modules")
modules=(virtio_pci virtio_console virtio_net virtio_rng hmac sha256_generic sha512_generic ctr drbg
    ecdh_generic aes_generic cmac ecb ccm algif_hash algif_skcipher bluetooth hci_uart)
for module in "${modules[@]}"; do
    modprobe -d "$kernel" -S "$version" --show-depends "$module" 2>/dev/null | awk '$1 == "insmod" {print $2}'
done | awk '!seen[$0]++' | while read -r path; do
    cp "$path" "$root/modules/"
    basename "$path" >>"$root/modules/order"
done

programs=("$(command -v dbus-daemon)" "$(command -v socat)" "$bluez/usr/libexec/bluetooth/bluetoothd"
    "$bluez/usr/bin/btattach")
cp -L "${programs[@]}" "$root/bin/"
ldd "${programs[@]}" >"$root/libraries"
if grep 'not found' "$root/libraries" >&2; then
    echo "pack.sh: this machine lacks libraries that bluetoothd needs; install them first" >&2
    exit 1
fi
awk '/=> \// {print $3} /^\t\// {print $1}' "$root/libraries" | sort -u | while read -r library; do
    mkdir -p "$root/$(dirname "$library")"
    cp -L "$library" "$root/$library"
done
rm "$root/libraries"

echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
cp "$here/main.conf" "$root/etc/bluetooth/main.conf"
cp "$here/bus.conf" "$root/etc/bus.conf"
install -m 755 "$here/bluetoothd.sh" "$root/bin/start-bluetoothd"
install -m 755 "$here/init.sh" "$root/init"
(cd "$root" && find . | cpio --create --format=newc --quiet --owner=root:root | gzip -1) >"$image"
