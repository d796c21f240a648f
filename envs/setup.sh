#!/bin/sh
# Make a bare Debian-like machine ready: the distribution's packages, then .venv from the locked requirements.
# Does nothing, quickly, where everything is there already.
set -eu
cd "$(dirname "$0")/.."

# Asked once for all packages of the compiler: the answer may come from the network.
RUSTUP_SUITS=""
if sh envs/rustup-suits.sh; then RUSTUP_SUITS=yes; fi
export RUSTUP_SUITS

missing=""
while read -r package present; do
    case "$package" in "" | "#"*) continue ;; esac
    sh -c "$present" >/dev/null 2>&1 </dev/null || missing="$missing $package"
done <envs/debian-packages.txt

if [ -n "$missing" ]; then
    install="apt-get update && apt-get install --yes --no-install-recommends$missing"
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "error: missing packages; type as root: $install" >&2
        exit 1
    fi
    echo "setup: installing, a minute or two:$missing"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    if ! sh -c "$install" >"$log" 2>&1; then
        echo "error: '$install' failed; its output is in $log" >&2
        exit 1
    fi
    rm -f "$log"
fi

python=$(command -v python3.11 || command -v python3)
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
    echo "error: Python 3.11 is needed (the requirements are locked for it), found $("$python" --version);" \
        "put one on PATH, such as that of 'uv python install 3.11'" >&2
    exit 1
}
# A virtual environment works only where it was made: a moved checkout makes it anew.
wanted="$(sha256sum envs/requirements.txt) $(pwd)"
if [ "$(cat .venv/requirements.sha256 2>/dev/null)" != "$wanted" ]; then
    echo "setup: installing the locked Python packages into .venv, about three minutes"
    "$python" -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement envs/requirements.txt
    # By all cores, where pip takes one; not the packages' tests, a fifth. Files that are templates cannot be compiled.
    .venv/bin/python -m compileall -qq -j 0 -x '/tests/' .venv/lib || true
    echo "$wanted" >.venv/requirements.sha256
fi
