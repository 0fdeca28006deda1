"""Telling open streams that something changed: ids only, after the commit.

Writers announce a topic; once their transaction has committed, one NOTIFY goes out in a
transaction of its own (inside theirs it would serialise all commits). Each web process has one
listening connection, whatever the number of streams, and wakes those that watch the topic.
A lost wake-up costs little: streams look for themselves every few seconds.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction

_CHANNEL = "strongroom"
_RETRY_S = 1.0
_log = logging.getLogger(__name__)


def announce(*topics: str) -> None:
    """Wake the streams that watch these topics, once the current transaction has committed."""
    transaction.on_commit(lambda: _notify(topics))


def _notify(topics: tuple[str, ...]) -> None:
    """What was committed stands; a wake-up that fails may not make it look otherwise."""
    try:
        with connection.cursor() as cursor:
            for topic in topics:
                cursor.execute("SELECT pg_notify(%s, %s)", [_CHANNEL, topic])
    except (OperationalError, InterfaceError) as fault:
        _log.warning("fanout could not announce: %s", type(fault).__name__)


class Hub:
    """The process's watchers by topic, and the thread that listens for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watchers: dict[str, set[threading.Event]] = defaultdict(set)
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, *topics: str) -> Iterator[threading.Event]:
        """An event that is set whenever one of the topics is announced."""
        woken = threading.Event()
        with self._lock:
            for topic in topics:
                self._watchers[topic].add(woken)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._listen, name="fanout", daemon=True)
                self._thread.start()
        try:
            yield woken
        finally:
            with self._lock:
                for topic in topics:
                    self._watchers[topic].discard(woken)
                    if not self._watchers[topic]:
                        del self._watchers[topic]

    def wake(self, topic: str | None = None) -> None:
        """Wake a topic's watchers, or all: after a gap nobody knows what was missed."""
        with self._lock:
            chosen = (
                self._watchers.values() if topic is None else [self._watchers.get(topic, set())]
            )
            for watchers in list(chosen):
                for woken in watchers:
                    woken.set()

    def _listen(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self._listen_once()
            except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
                _log.warning("fanout lost its connection: %s", type(fault).__name__)
                pause.wait(_RETRY_S)

    def _listen_once(self) -> None:
        parameters = connection.get_connection_params()
        for word in ("cursor_factory", "context", "pool"):
            parameters.pop(word, None)
        with psycopg.connect(**parameters, autocommit=True) as listening:
            listening.execute(f"LISTEN {_CHANNEL}")
            self.wake()
            for notice in listening.notifies():
                self.wake(notice.payload)


HUB = Hub()
