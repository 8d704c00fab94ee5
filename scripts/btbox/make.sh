#!/usr/bin/env bash
# Makes the Bluetooth box: a kernel and an initramfs for QEMU that hold Debian's kernel and bluetoothd, and little else.
# Downloads the packages and unpacks them, installs nothing. Does nothing when OUTDIR is up to date.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: make.sh OUTDIR}
mkdir -p "$out"
out=$(cd "$out" && pwd)

exec 9>"$out/lock"
flock 9

say() { echo "make.sh: $*" >&2; }
die() { say "$*"; exit 1; }

for program in apt-get apt-cache dpkg-deb busybox cpio depmod modprobe socat dbus-daemon; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || die "the program $program is missing"
done
export PATH=$PATH:/usr/sbin:/sbin

# The flavour linux-image-cloud-amd64 has no Bluetooth.
kernel=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends: linux-image/ {print $2; exit}')
versions=$(apt-cache policy "${kernel:-linux-image-amd64}" bluez | awk '/Candidate:/ {print $2}' | xargs)
scripts=$(cat "$here"/* | sha256sum | cut -d' ' -f1)

if [ -z "$kernel" ]; then
    [ -e "$out/initramfs" ] && [ "$(head -1 "$out/made-of" 2>/dev/null)" = "$scripts" ] && exit 0
    die "apt knows no package linux-image-amd64; run apt-get update first (the box is made from Debian's packages)"
fi
made_of="$scripts
$kernel $versions"
[ -e "$out/initramfs" ] && [ "$(cat "$out/made-of" 2>/dev/null)" = "$made_of" ] && exit 0

work=$(mktemp -d "$out/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
say "downloading $kernel and bluez"
apt-get -o APT::Sandbox::User=root download -qq "$kernel" bluez
dpkg-deb -x "$kernel"_*.deb kernel
dpkg-deb -x bluez_*.deb bluez
depmod -b kernel "$(ls kernel/lib/modules)"

say "packing the initramfs"
"$here/pack.sh" "$work/kernel" "$work/bluez" "$work/initramfs"
cp kernel/boot/vmlinuz-* "$work/vmlinuz"
mv "$work/vmlinuz" "$work/initramfs" "$out/"
echo "$made_of" >"$out/made-of"
