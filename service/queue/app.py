"""The Celery app. The only module that imports celery.

A message is a bell: it carries nothing that is obeyed. Whoever hears it claims the most
urgent step from SQL. So a message that is lost, late, doubled or forged costs time and
nothing else, and the order of work is decided in one place. Every option is there for
something that was measured; see docs/decisions/0032.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import Celery, signals
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from service.queue.receiving import receive_with_care
from service.settings import Settings

QUEUE = "crossfoot"
TASK = "crossfoot.work"


_AGAIN = 0.5  # seconds: what fails faster is tried once more
_IMPATIENT = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
}


class BellTrouble(Exception):
    """The broker does not answer; the work is in SQL and will be rung for again."""


def celery_app(settings: Settings) -> Celery:
    """The app for ``settings``; it knows no task yet."""
    receive_with_care()
    app = Celery("crossfoot", broker=settings.broker, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        task_acks_on_failure_or_timeout=True,
        task_soft_time_limit=settings.soft_seconds,
        task_time_limit=settings.hard_seconds,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=True,
        worker_send_task_events=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_soft_shutdown_timeout=20,
        worker_enable_soft_shutdown_on_idle=False,
        worker_concurrency=settings.workers,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_pool_limit=10,
        broker_transport_options=_transport(settings),
        task_publish_retry=False,
        broker_connection_timeout=3,
        visibility_timeout=settings.visibility_seconds,
        redis_socket_timeout=5,
        redis_socket_connect_timeout=3,
    )
    return app


def _transport(settings: Settings) -> dict[str, Any]:
    return {
        "visibility_timeout": settings.visibility_seconds,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 3,
        "health_check_interval": 10,
        "global_keyprefix": "crossfoot.",
    }


class Bell:
    """Rings for workers. A bell that can't be rung is no error: SQL is asked again soon."""

    def __init__(self, settings: Settings) -> None:
        self._app = celery_app(settings)
        self._connection: Any = None
        self._lock = threading.Lock()
        # Whoever rings has something else to do: one quick try, and SQL remembers the rest.
        self._app.conf.broker_transport_options = {**_transport(settings), **_IMPATIENT}

    def ring(self, times: int) -> None:
        """Rings so many times.

        Raises:
            BellTrouble: if the broker does not take it.
        """
        if times < 1:
            return
        if not self._lock.acquire(timeout=_AGAIN):
            raise BellTrouble("another thread waits for the broker")
        try:
            self._ring(times)
        finally:
            self._lock.release()

    def _ring(self, times: int) -> None:
        kept, began = self._connection is not None, time.monotonic()
        try:
            self._send(times)
        except (OperationalError, OSError, RedisError) as error:
            self._drop()
            if kept and time.monotonic() - began < _AGAIN:  # it was cut since the last time
                return self._ring(times)
            raise BellTrouble(f"{type(error).__name__}: {error}") from error
        return None

    def _send(self, times: int) -> None:
        if self._connection is None:
            self._connection = self._app.connection_for_write()
        producer = self._app.amqp.Producer(self._connection, auto_declare=False)
        for _ in range(times):
            self._app.send_task(
                TASK, producer=producer, queue=QUEUE, ignore_result=True, retry=False
            )

    def _drop(self) -> None:
        held, self._connection = self._connection, None
        with suppress(Exception):  # it is broken already
            held.release()

    def ping(self) -> None:
        """Asks the broker for an answer.

        Raises:
            BellTrouble: if there is none.
        """
        try:
            with self._app.connection_for_write() as connection:
                connection.default_channel.client.ping()
        except Exception as error:
            raise BellTrouble(f"{type(error).__name__}: {error}") from error

    def waiting(self) -> int | None:
        """How many bells nobody has heard yet; None where the broker does not say."""
        try:
            with self._app.connection_for_read() as connection:
                return int(connection.default_channel.client.llen(QUEUE))
        except Exception:  # noqa: BLE001
            return None


def run_worker(
    settings: Settings,
    begin: Callable[[], Callable[[], None]],
    *,
    started: Callable[[], None],
    stopped: Callable[[], None],
    child_lost: Callable[[], None],
) -> int:
    """Runs a Celery worker until it is told to end; its exit code.

    ``begin`` is called in each pool process and gives what a bell makes it do. ``started``,
    ``stopped`` and ``child_lost`` are called in the parent process.
    """
    app = celery_app(settings)
    held: list[Callable[[], None]] = []

    @app.task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator]
    def work() -> None:
        held[0]()

    # Connected weakly, these would be gone at once.
    signals.worker_process_init.connect(lambda **_: held.append(begin()), weak=False)
    signals.worker_ready.connect(lambda **_: started(), weak=False)
    signals.worker_shutting_down.connect(lambda **_: stopped(), weak=False)
    signals.task_failure.connect(lambda **_: child_lost(), weak=False)
    arguments = ["--quiet", "worker", "--loglevel=WARNING", f"--queues={QUEUE}", "--without-mingle"]
    arguments += [f"--concurrency={settings.workers}", "--pool=prefork", "--optimization=fair"]
    try:
        app.worker_main([*arguments, "--hostname=crossfoot@%h.%i"])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
