"""A virus scanner as ClamAV's daemon speaks: a real server on this machine that takes INSTREAM."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading

from quad.core.looking.viruses import TEST_VIRUS

ILL = b"this-is-no-virus-but-let-us-say-so"


class Clamd:
    """Finds `ILL` and the test virus. `silent` hangs up, `strange` answers nonsense, `most` limits the size."""

    def __init__(self, path: str = "") -> None:
        self.silent = self.strange = False
        self.most = 100_000_000
        self.scanned: list[int] = []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.handle(self.request)

        if path:
            self.server: socketserver.BaseServer = socketserver.ThreadingUnixStreamServer(
                path, Handler
            )
            self.url = f"clamd+unix://{path}"
        else:
            tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
            self.server, self.url = tcp, f"clamd://127.0.0.1:{tcp.server_address[1]}"
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def handle(self, connection: socket.socket) -> None:
        if self.silent:
            return
        with connection.makefile("rb") as stream:
            if stream.read(10) != b"zINSTREAM\0":
                connection.sendall(b"UNKNOWN COMMAND\0")
                return
            content = b""
            while length := struct.unpack(">I", stream.read(4))[0]:
                content += stream.read(length)
                if len(content) > self.most:
                    connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return
        self.scanned.append(len(content))
        if self.strange:
            connection.sendall(b"stream: what? ERROR\0")
        elif ILL in content or TEST_VIRUS in content:
            connection.sendall(b"stream: Win.Test.Ill-1 FOUND\0")
        else:
            connection.sendall(b"stream: OK\0")

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
