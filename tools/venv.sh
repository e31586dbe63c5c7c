#!/bin/sh
# Make .venv with the `dev` dependencies of pyproject.toml.
set -eu
cd "$(dirname "$0")/.."

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "venv: Python 3.11 or later is needed, python3 is $(python3 -V)" >&2
    exit 1
}
tools/packages.sh venv

echo "Installing the Python packages of pyproject.toml into .venv"
python3 -m venv .venv
.venv/bin/python - > .venv/requirements.txt <<'END'
import tomllib

with open("pyproject.toml", "rb") as f:
    print(*tomllib.load(f)["project"]["optional-dependencies"]["dev"], sep="\n")
END
# Compiling every module would take longer than the download; Python does it as they are used.
.venv/bin/pip install -qq --disable-pip-version-check --no-compile -r .venv/requirements.txt
touch .venv/stamp
