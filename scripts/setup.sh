#!/bin/sh
# Set up .venv from uv.lock (`make setup`). Argument: the Python to use. Safe to run again at any time.
set -eu
python=$1

fail() {
    echo "$1" >&2
    exit 1
}

if [ ! -x .venv/bin/python ]; then
    command -v "$python" >/dev/null ||
        fail "Pilotline needs Python 3.11 or newer, and there is no $python here: sudo apt install python3 python3-venv"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Pilotline needs Python 3.11 or newer, and $python is older: sudo apt install python3.11 python3.11-venv, then make setup PYTHON=python3.11"
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "This Python cannot make virtual environments, because Debian keeps that part in a package of its own: sudo apt install python$version-venv"
    echo "Making .venv with Python $version."
    "$python" -m venv .venv
fi

# uv's version is the one uv.lock names, so that it has one place.
uv=$(awk '/^name = "uv"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' uv.lock)
case $(.venv/bin/uv --version 2>/dev/null || true) in
"uv $uv" | "uv $uv "*) ;;
*)
    echo "Installing uv $uv into .venv."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv" ||
        fail "uv could not be installed; is there a way to the package index?"
    ;;
esac

echo "Installing what uv.lock names."
unset VIRTUAL_ENV
UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --frozen --quiet
