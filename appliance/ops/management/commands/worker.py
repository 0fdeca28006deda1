"""`worker`: queued jobs, and what must be looked after every few seconds."""

import asyncio
import signal
import threading

from django.core.management.base import BaseCommand
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from appliance.config import config
from appliance.ops import logs
from appliance.ops.upkeep import Upkeep

_JOBS_AT_ONCE = 4


class Command(BaseCommand):
    help = "Work on jobs and keep the box tidy (STRONGROOM_ROLE=worker)."
    # They import every page: the tests run them, a start need not.
    requires_system_checks = ()

    def handle(self, *_args: object, **_options: object) -> None:
        logs.configure("worker", config().logs)
        stop = threading.Event()
        upkeep = Upkeep(config(), stop)
        thread = threading.Thread(target=upkeep.run, name="upkeep")
        thread.start()
        try:
            asyncio.run(_work(stop))
        finally:
            stop.set()
            thread.join(10)


async def _work(stop: threading.Event) -> None:
    parameters = connector_params()
    # Django's own pool is not procrastinate's.
    parameters.pop("pool", None)
    connector = PsycopgConnector(kwargs=parameters, min_size=1, max_size=_JOBS_AT_ONCE + 1)
    with app.replace_connector(connector) as working:
        async with working.open_async():
            task = asyncio.create_task(
                working.run_worker_async(
                    concurrency=_JOBS_AT_ONCE, install_signal_handlers=False, delete_jobs="never"
                )
            )
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, task.cancel)
            try:
                await task
            except asyncio.CancelledError:
                stop.set()
