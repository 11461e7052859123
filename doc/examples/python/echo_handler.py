"""An echo handler as the socketserver documentation would have it: it knows
nothing of prefork.

    python3 prefork.py -F -w 4 handler=echo_handler:EchoHandler
"""

import socketserver


class EchoHandler(socketserver.BaseRequestHandler):
    def handle(self):
        while True:
            data = self.request.recv(4096)
            if not data:
                break
            self.request.sendall(data)


class LineHandler(socketserver.StreamRequestHandler):
    """Answers each line in capitals."""

    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())


if __name__ == "__main__":
    with socketserver.TCPServer(("127.0.0.1", 7007), EchoHandler) as server:
        server.serve_forever()
