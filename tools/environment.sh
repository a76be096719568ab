#!/usr/bin/env bash
# Make .venv with the pinned dependencies: environment.sh run|dev
# "run" is what `kg` needs; "dev" adds the tests' tools and looks for Chromium, which the page's tests drive.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:?usage: environment.sh run|dev}
python=${PYTHON:-python3}

fail() { printf 'environment: %s\n' "$1" >&2; exit 1; }

# Install Debian packages where that needs no password; say what to type where it does.
debian() {
    command -v apt-get >/dev/null || fail "$* is missing; install it with your system's package manager"
    if [ "$(id -u)" = 0 ]; then
        apt-get install -y -q "$@" || { apt-get update -q && apt-get install -y -q "$@"; }
    else
        fail "$* is missing; run: sudo apt-get install $*"
    fi
}

command -v "$python" >/dev/null || fail "$python is missing; install Python 3.11 or later, or set PYTHON"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || fail "$("$python" --version) is too old; install Python 3.11 or later, or set PYTHON"

if [ ! -x .venv/bin/pip ]; then
    # Debian ships ensurepip in a package of its own.
    "$python" -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv
    echo "Making .venv …"
    "$python" -m venv .venv
fi

extras=""
if [ "$kind" = dev ]; then extras="[dev]"; fi
echo "Installing pinned dependencies …"
.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".$extras"

if [ "$kind" = dev ]; then
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || debian chromium
fi
touch ".venv/.$kind"
