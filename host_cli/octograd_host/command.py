"""The command `octograd`."""

import argparse
import sys

from .install import InstallError, default_packages, install


def main(arguments=None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="octograd", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser(
        "install",
        help="copy octograd to a board with stock MicroPython",
        description="Ask a board what native code it can load, copy the modules for it and the "
        "library, compare checksums that the board computes, and import them.",
    )
    add.add_argument("--port", help="such as /dev/ttyACM0 or COM3; else the first board found")
    add.add_argument(
        "--packages",
        default=default_packages(),
        help="folder that `make packages` wrote; default: %(default)s",
    )
    add.add_argument("--target", default="/lib", help="folder of the board; default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        install(options.port, options.packages, options.target)
    except InstallError as error:
        print(f"octograd: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
