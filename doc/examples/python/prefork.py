"""Run an unchanged socketserver.BaseRequestHandler on libprefork's workers.

    python3 prefork.py [preforkd's options] handler=MODULE:CLASS

or, in a program of one's own,

    import prefork
    raise SystemExit(prefork.main(["-F", "-w", "8"], MyHandler))

The options are those of preforkd(8); so are signals, reload, status and exit
codes.  Every worker imports MODULE for itself, when it begins: a reload (HUP)
serves with the file as it is then, and when that cannot be imported the old
workers go on and the log says why.

self.request is a socket whose recv() and sendall() keep the limits of the
directive timeout; self.client_address is what the PROXY header says where the
service has one.  An exception goes to the log and ends the connection;
sys.exit() ends the worker, and another takes its place.

The master calls fork(2) in C, so Python's own preparations for it are called
from handlers of pthread_atfork(3).  They are called with the interpreter's
lock held, because the library is entered with it; that is also why a thread
that a handler starts runs only while a handler runs.
"""

import ctypes
import errno
import importlib
import os
import socket
import sys
import traceback

ABI = 1
PREFORK_STRING = 4

_api = ctypes.pythonapi
_lib = ctypes.PyDLL(
    os.environ.get("PREFORK_LIBRARY", "libprefork.so.0"), use_errno=True
)
_conn = ctypes.c_void_p
_fork_hook = ctypes.PYFUNCTYPE(None)
_handle_hook = ctypes.PYFUNCTYPE(ctypes.c_int, _conn)
_init_hook = ctypes.PYFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.POINTER(ctypes.c_char),
    ctypes.c_size_t,
)


class _Option(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("offset", ctypes.c_size_t),
        ("preset", ctypes.c_char_p),
        ("min", ctypes.c_int64),
        ("max", ctypes.c_int64),
        ("choices", ctypes.c_void_p),
        ("help", ctypes.c_char_p),
    ]


class _Config(ctypes.Structure):
    _fields_ = [("handler", ctypes.c_char_p)]


class _Module(ctypes.Structure):
    """struct prefork_module of <prefork/module.h>."""

    _fields_ = [
        ("abi", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
        ("name", ctypes.c_char_p),
        ("version", ctypes.c_char_p),
        ("summary", ctypes.c_char_p),
        ("options", ctypes.POINTER(_Option)),
        ("config_size", ctypes.c_size_t),
        ("flags", ctypes.c_uint),
        ("check", ctypes.c_void_p),
        ("worker_init", _init_hook),
        ("handle", _handle_hook),
        ("datagram", ctypes.c_void_p),
        ("worker_tick", ctypes.c_void_p),
        ("worker_exit", ctypes.c_void_p),
    ]


def _declare(name, result, *arguments):
    function = getattr(_lib, name)
    function.restype = result
    function.argtypes = arguments
    return function


_main = _declare(
    "prefork_main",
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_char_p),
    ctypes.POINTER(_Module),
)
_fd = _declare("prefork_conn_fd", ctypes.c_int, _conn)
_peer = _declare("prefork_conn_peer", ctypes.c_char_p, _conn)
_local = _declare("prefork_conn_local", ctypes.c_char_p, _conn)
_read = _declare(
    "prefork_read", ctypes.c_ssize_t, _conn, ctypes.c_void_p, ctypes.c_size_t
)
_write = _declare(
    "prefork_write", ctypes.c_ssize_t, _conn, ctypes.c_char_p, ctypes.c_size_t
)
_log = _lib.prefork_conn_log
_log.restype = None


def _checked(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


class Request(socket.socket):
    """The connection; reading and writing keep the service's limits."""

    def __init__(self, conn):
        # A descriptor of its own: the handler may close it.
        super().__init__(fileno=os.dup(_fd(conn)))
        self._conn = conn

    def _is_ours(self, flags):
        return flags == 0 and self.gettimeout() is None

    def recv_into(self, buffer, nbytes=0, flags=0):
        if not self._is_ours(flags):
            return super().recv_into(buffer, nbytes, flags)
        view = memoryview(buffer).cast("B")
        count = nbytes or len(view)
        if count == 0:
            return 0
        place = (ctypes.c_char * len(view)).from_buffer(view)
        return _checked(_read(self._conn, place, count))

    def recv(self, bufsize, flags=0):
        if not self._is_ours(flags) or bufsize <= 0:
            return super().recv(bufsize, flags)
        data = bytearray(bufsize)
        count = self.recv_into(data)
        return bytes(data[:count])

    def sendall(self, data, flags=0):
        if not self._is_ours(flags):
            return super().sendall(data, flags)
        data = bytes(data)
        _checked(_write(self._conn, data, len(data)))
        return None

    def send(self, data, flags=0):
        if not self._is_ours(flags):
            return super().send(data, flags)
        self.sendall(data)
        return memoryview(data).nbytes


def _address(text):
    """What socket.getpeername() would have said."""
    if text.startswith("unix:"):
        return text[len("unix:") :]
    host, _, port = text.rpartition(":")
    if host.startswith("["):
        return host[1:-1], int(port), 0, 0
    return host, int(port)


class Server:
    """What a handler finds as self.server."""

    def __init__(self, handler):
        self.RequestHandlerClass = handler
        self.server_address = None


class _Worker:
    """State of this process."""

    def __init__(self, handler):
        self.handler = handler
        self.server = None
        self.serving = False  # a master, or on the way to be one

    def log(self, conn, text):
        for line in text.rstrip().splitlines():
            text = ctypes.c_char_p(line.encode())
            _log(_conn(conn), ctypes.c_char_p(b"%s"), text)

    # Hooks of libprefork: they run in a worker.

    def init(self, config, _data, reason, size):
        self.serving = False
        try:
            handler = self.handler
            if handler is None:
                name = _Config.from_address(config).handler
                handler = _find(name.decode() if name else "")
            self.server = Server(handler)
            return 0
        except BaseException as error:  # the worker's start failed, that is all
            text = f"{type(error).__name__}: {error}".encode()[: size - 1]
            ctypes.memmove(reason, text + b"\0", len(text) + 1)
            return -1

    def handle(self, conn):
        try:
            with Request(conn) as request:
                self.server.server_address = _address(_local(conn).decode())
                peer = _address(_peer(conn).decode())
                self.server.RequestHandlerClass(request, peer, self.server)
            return 0
        except SystemExit as end:
            sys.stdout.flush()
            os._exit(end.code if isinstance(end.code, int) else bool(end.code))
        except OSError as error:
            if error.errno not in (
                errno.ECONNRESET,
                errno.EPIPE,
                errno.ETIMEDOUT,
            ):
                self.log(conn, traceback.format_exc())
        except BaseException:
            self.log(conn, traceback.format_exc())
        return -1

    # Around the forks of the library, and of no other: os.fork() and
    # subprocess prepare for theirs by themselves.

    def before_fork(self):
        if self.serving:
            _api.PyOS_BeforeFork()

    def after_fork_parent(self):
        if self.serving:
            _api.PyOS_AfterFork_Parent()

    def after_fork_child(self):
        if self.serving:
            _api.PyOS_AfterFork_Child()


def _find(name):
    module, colon, attribute = name.partition(":")
    if not colon:
        raise ValueError(f"handler must be MODULE:CLASS, not '{name}'")
    return getattr(importlib.import_module(module), attribute)


def _register_at_fork(*hooks):
    libc = ctypes.PyDLL(None)
    try:
        register, more = libc.pthread_atfork, ()
    except AttributeError:
        # glibc has it in the part that is linked statically.
        register, more = libc.__register_atfork, (None,)
    if register(*hooks, *more) != 0:
        raise MemoryError("pthread_atfork")


def main(arguments, handler=None):
    """All of preforkd(8) with a handler in Python.

    arguments: preforkd's options, without the program's name.
    handler: a class; None: the option handler=MODULE:CLASS names one, which
    each worker imports.

    Returns a sysexits(3) code.  Call it once, from a process with one thread.
    """
    worker = _Worker(handler)
    hooks = [
        _fork_hook(worker.before_fork),
        _fork_hook(worker.after_fork_parent),
        _fork_hook(worker.after_fork_child),
    ]
    options = (_Option * 2)()
    if handler is None:
        options[0] = _Option(
            name=b"handler",
            type=PREFORK_STRING,
            help=b"MODULE:CLASS, a socketserver.BaseRequestHandler",
        )
    module = _Module(
        abi=ABI,
        size=ctypes.sizeof(_Module),
        name=b"python",
        version=b"1",
        summary=b"a request handler of Python's socketserver",
        options=options,
        config_size=ctypes.sizeof(_Config),
        worker_init=_init_hook(worker.init),
        handle=_handle_hook(worker.handle),
    )
    words = [b"prefork.py"] + [os.fsencode(word) for word in arguments]
    argv = (ctypes.c_char_p * (len(words) + 1))(*words)
    _register_at_fork(*hooks)
    # Now, not once for each worker that ends.
    sys.stdout.flush()
    worker.serving = True
    try:
        return _main(len(words), argv, ctypes.byref(module))
    finally:
        worker.serving = False
        # The C library goes on calling them.
        _KEPT.append(hooks)


_KEPT = []

if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    raise SystemExit(main(sys.argv[1:]))
