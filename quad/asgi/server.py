"""One web process: Uvicorn around the shell."""

from __future__ import annotations

import gc
import importlib
import socket
from collections.abc import Callable
from typing import cast

from uvicorn import Config, Server

from quad.asgi.protocol import bounded
from quad.asgi.shell import Shell
from quad.core.config import Settings

ShellFactory = Callable[[Settings], Shell]
DEFAULT_SHELL = "quad.asgi.roof:build_shell"
KEEP_ALIVE = 30
BACKLOG = 2048
# A page makes thousands of objects and hardly a circle among them: looking for circles after every 700 took a tenth of
# the time of a large page.
COLLECTED_AFTER = (50_000, 20, 50)


class WebServer(Server):
    """Ends the live streams first, so that a graceful stop waits for work only."""

    def __init__(self, config: Config, shell: Shell) -> None:
        super().__init__(config)
        self._shell = shell

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, end the streams, let running requests finish."""
        self._shell.begin_stop()
        await super().shutdown(sockets)


def load_shell(name: str) -> ShellFactory:
    """Import the factory `module:name`."""
    module, _colon, attribute = name.partition(":")
    return cast(ShellFactory, getattr(importlib.import_module(module), attribute))


def make_server(shell: Shell, stop_timeout: int) -> WebServer:
    """Return the server around `shell`; running requests get `stop_timeout` seconds at the end."""
    config = Config(
        shell,
        http=bounded(shell.limits),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the shell judges proxies itself
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=stop_timeout,
    )
    return WebServer(config, shell)


def run_server(shell: Shell, listener: socket.socket, settings: Settings) -> None:
    """Serve on `listener` until a signal says stop."""
    gc.collect()
    gc.freeze()  # what there is by now stays as long as the process and need not be looked through again
    gc.set_threshold(*COLLECTED_AFTER)
    make_server(shell, settings.stop_timeout).run(sockets=[listener])
