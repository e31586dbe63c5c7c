#!/bin/sh
# Make .venv with the `dev` dependencies of pyproject.toml.
#
# With OCTOGRAD_TORCH=1 or OCTOGRAD_REQUIRE=all also with `torch`; where pip would choose a
# build with CUDA, let PIP_EXTRA_INDEX_URL name an index of CPU builds. With OCTOGRAD_QUALITY=1
# with `torch` and `data`. Each of the three sets has a stamp, so that one venv can be completed
# later.
set -eu
cd "$(dirname "$0")/.."

extras=dev
if [ "${OCTOGRAD_TORCH:-}" = 1 ] || [ "${OCTOGRAD_REQUIRE:-}" = all ]; then
    extras="dev torch"
fi
if [ "${OCTOGRAD_QUALITY:-}" = 1 ]; then
    extras="dev torch data"
fi

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "venv: Python 3.11 or later is needed, python3 is $(python3 -V)" >&2
    exit 1
}
tools/packages.sh venv

echo "Installing the Python packages of pyproject.toml into .venv"
# Without a stamp it may be half of one, of an installation that was interrupted.
[ -f .venv/stamp ] || rm -rf .venv
python3 -m venv .venv
.venv/bin/python - $extras > .venv/requirements.txt <<'END'
import sys
import tomllib

with open("pyproject.toml", "rb") as f:
    groups = tomllib.load(f)["project"]["optional-dependencies"]
print(*(package for extra in sys.argv[1:] for package in groups[extra]), sep="\n")
END
# Compiling every module would take longer than the download; Python does it as they are used.
.venv/bin/pip install -qq --disable-pip-version-check --no-compile -r .venv/requirements.txt
touch .venv/stamp
case $extras in *torch*) touch .venv/stamp-torch ;; esac
case $extras in *data*) touch .venv/stamp-quality ;; esac
