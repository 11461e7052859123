"""The tutorial's echo client.

    python3 echo_client.py [-u] HOST PORT WORD

Sends WORD, half-closes and prints what comes back.  -u sends a datagram.
"""

import socket
import sys


def over_tcp(host, port, word):
    with socket.create_connection((host, port), timeout=10) as sock:
        sock.sendall(word)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while True:
            data = sock.recv(4096)
            if not data:
                return received
            received += data


def over_udp(host, port, word):
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_DGRAM
    )[0]
    with socket.socket(family, kind, protocol) as sock:
        sock.settimeout(10)
        sock.connect(address)
        sock.send(word)
        return sock.recv(65535)


def main(arguments):
    talk = over_tcp
    if arguments[:1] == ["-u"]:
        talk = over_udp
        arguments = arguments[1:]
    if len(arguments) != 3:
        print(__doc__.split("\n\n")[1].strip(), file=sys.stderr)
        return 64
    host, port, word = arguments
    try:
        received = talk(host, port, word.encode())
    except OSError as error:
        print(f"{host}:{port}: {error}", file=sys.stderr)
        return 69
    print("Received:", received.decode(errors="replace"))
    return 0 if received == word.encode() else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
