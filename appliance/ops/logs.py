"""Logging of every process: one JSON line an event, in var/logs/<service>.log.

What a line may hold: time, level, logger, the message of our own code, ids, and of a fault its
class and where it arose. Never an exception's text (a database error quotes the row), and of
other people's libraries never an argument: their message is kept only where it is a constant
template, otherwise the line of code that said it.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from logging.handlers import WatchedFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import structlog

_OURS: Final = ("appliance", "models", "compliance", "audit")
_FRAMES: Final = 12


class _NoText(logging.Filter):
    """Takes text out of a record before anything formats it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            record.fault = describe(record.exc_info[0], record.exc_info[2])
        record.exc_info = record.exc_text = record.stack_info = None
        if record.name.split(".")[0] not in _OURS:
            is_template = bool(record.args) and isinstance(record.msg, str)
            place = f"{Path(record.pathname).name}:{record.lineno}"
            record.msg = record.msg if is_template else f"see {place}"
            record.args = ()
        return True


def describe(kind: type[BaseException], trace: TracebackType | None) -> dict[str, Any]:
    """A fault without its text: its class, and where it went through, innermost last."""
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    where = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]
    return {"class": f"{kind.__module__}.{kind.__qualname__}", "where": where}


_SHARED: Final[tuple[structlog.typing.Processor, ...]] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def bind(handler: logging.Handler) -> None:
    """Make a handler write JSON lines without anybody's text."""
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, _with_fault],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    handler.addFilter(_NoText())


def configure(service: str, folder: Path) -> None:
    """Send this process's log to its file, and its last words as well."""
    # Watched, not rotating: several processes share a file, and logrotate moves it.
    handler = WatchedFileHandler(folder / f"{service}.log", encoding="utf-8")
    bind(handler)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # The framework's own lines about requests hold paths.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    _log_last_words()


def _with_fault(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    fault = getattr(event.get("_record"), "fault", None)
    if fault is not None:
        event["fault"] = fault
    return event


def _log_last_words() -> None:
    """What nobody caught goes to the log without its text, not to standard error with it."""

    def on_fault(
        kind: type[BaseException], _value: BaseException, trace: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            log = logging.getLogger("appliance.process")
            log.critical("ended by a fault", extra={"fault": describe(kind, trace)})

    def on_thread_fault(given: threading.ExceptHookArgs) -> None:
        if given.exc_type is not SystemExit:
            log = logging.getLogger("appliance.process")
            fault = describe(given.exc_type, given.exc_traceback)
            log.error("a thread ended by a fault", extra={"fault": fault})

    sys.excepthook = on_fault
    threading.excepthook = on_thread_fault
