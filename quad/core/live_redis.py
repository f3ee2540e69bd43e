"""Wake-ups between processes and hosts through Redis. Only "look now" travels; the events stay in the database."""

from __future__ import annotations

import threading

import structlog
from redis import Redis
from redis.exceptions import RedisError

from quad.core.live import WakeUp

CHANNEL = "quad:live"
PAUSE = 5.0

log = structlog.get_logger("quad.live")


class RedisWakeUp:
    """Connects the `WakeUp` of this process with those of all others.

    Two threads, so that a Redis that is away slows nobody down: readers then look by themselves.
    """

    def __init__(self, url: str, wake: WakeUp) -> None:
        self._redis: Redis = Redis.from_url(url, socket_timeout=PAUSE, socket_connect_timeout=PAUSE)
        self._wake = wake
        self._due = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=target, name=f"quad-wake-{name}", daemon=True)
            for name, target in (("send", self._send), ("hear", self._hear))
        ]

    def start(self) -> None:
        """Begin to send and to hear."""
        self._wake.forward = self._due.set
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop both; they end within a moment."""
        self._wake.forward = None
        self._stopping.set()
        self._due.set()
        for thread in self._threads:
            thread.join(timeout=PAUSE)
        self._redis.close()

    def _send(self) -> None:
        while not self._stopping.is_set():
            self._due.wait()
            self._due.clear()
            try:
                self._redis.publish(CHANNEL, b"")
            except RedisError as error:
                self._complain("send", error)

    def _hear(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(CHANNEL)
                    while not self._stopping.is_set():
                        if channel.get_message(timeout=1.0) is not None:
                            self._wake.here()
            except RedisError as error:
                self._complain("hear", error)

    def _complain(self, act: str, error: RedisError) -> None:
        log.warning("redis_away", act=act, error=str(error))
        self._stopping.wait(PAUSE)
