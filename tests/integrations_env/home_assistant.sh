#!/usr/bin/env bash
# Makes OUTDIR/python: a Python that can import Home Assistant's own MQTT schemas.
# Home Assistant wants a newer Python than Debian 12 has. So that of Debian 13 is unpacked, with its own C library;
# nothing is installed. Does nothing when OUTDIR is up to date.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: home_assistant.sh OUTDIR}
mkdir -p "$out"
out=$(cd "$out" && pwd)
echo '*' >"$out/.gitignore"

exec 9>"$out/lock"
flock 9

die() { echo "home_assistant.sh: $*" >&2; exit 1; }

made_of=$(cat "$here/home_assistant.sh" "$here/requirements.txt" | sha256sum)
[ "$(cat "$out/made-of" 2>/dev/null)" = "$made_of" ] && exit 0

[ "$(uname -m)" = x86_64 ] || die "the packages are those of x86_64"
for program in apt-get dpkg-deb; do
    command -v "$program" >/dev/null || die "the program $program is missing"
done
keys=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | head -1)
[ -n "$mirror" ] && [ -e "$keys" ] || die "apt knows no mirror of Debian; run apt-get update first"

work=$(mktemp -d "$out/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
export PIP_ROOT_USER_ACTION=ignore

mkdir -p state/lists/partial cache/archives/partial root
echo "deb [signed-by=$keys] $mirror trixie main" >sources.list
of_trixie() {
    apt-get -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State="$PWD/state" \
        -o Dir::State::status=/dev/null -o Dir::Cache="$PWD/cache" -o Acquire::Languages=none \
        -o APT::Sandbox::User=root -qq "$@"
}
of_trixie update
of_trixie download libbz2-1.0 libc6 libexpat1 libffi8 libgcc-s1 liblzma5 libpython3.13-minimal libpython3.13-stdlib \
    libsqlite3-0 libssl3t64 libuuid1 libzstd1 python3-pip python3.13-minimal zlib1g
for package in *.deb; do
    dpkg-deb -x "$package" root
done

cat >python <<'EOF'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export PYTHONPATH="$here/site"
exec "$here/root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$here/root/usr/lib/x86_64-linux-gnu" \
    "$here/root/usr/bin/python3.13" "$@"
EOF
chmod +x python

pip() { PYTHONPATH="root/usr/lib/python3/dist-packages" ./pip-python -m pip -qq --disable-pip-version-check "$@"; }
sed '/PYTHONPATH/d' python >pip-python
chmod +x pip-python
pip install --no-deps --no-compile --only-binary :all: --target site --requirement "$here/requirements.txt"

# Of the thousand integrations only the code is wanted, which unpacks in a tenth of the time.
pip download --no-deps --no-cache-dir --only-binary :all: --dest . homeassistant==2026.2.3
./python - <<'EOF'
import glob, zipfile

with zipfile.ZipFile(glob.glob("homeassistant-*.whl")[0]) as wheel:
    wheel.extractall("site", [name for name in wheel.namelist() if name.endswith(".py")])
EOF

rm -rf "$out/root" "$out/site"
mv root site python "$out/"
echo "$made_of" >"$out/made-of"
