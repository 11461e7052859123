"""The tutorial's echo server, alone: one client at a time.

    python3 echo_server.py [HOST [PORT]]

It says on standard output where it listens; port 0 is any free one.
"""

import socket
import sys


def serve_client(client):
    while True:
        data = client.recv(4096)
        if not data:
            break
        client.sendall(data)


def main(host="127.0.0.1", port="7007"):
    with socket.create_server((host, int(port))) as listener:
        print("listening on %s:%d" % listener.getsockname()[:2], flush=True)
        while True:
            client, _ = listener.accept()
            with client:
                try:
                    serve_client(client)
                except OSError as error:
                    print(error, file=sys.stderr)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
