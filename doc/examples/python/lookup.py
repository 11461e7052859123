"""The tutorial's name lookup: the addresses of a name, one a line.

    python3 lookup.py NAME
"""

import socket
import sys


def main(arguments):
    if len(arguments) != 1:
        print("usage: lookup.py NAME", file=sys.stderr)
        return 64
    try:
        found = socket.getaddrinfo(arguments[0], None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        print(f"{arguments[0]}: {error.strerror}", file=sys.stderr)
        return 68
    for *_, address in found:
        print(address[0])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
