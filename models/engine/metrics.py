"""Figures for Prometheus: counts and times only."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60)


class Figures:
    """A registry of its own, so that several engines can live in one test process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "strongroom_engine_requests",
            "Requests by route and status.",
            ("route", "status"),
            registry=self._registry,
        )
        self._request_s = Histogram(
            "strongroom_engine_request_seconds",
            "Time from request to the last byte.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._tokens = Counter(
            "strongroom_engine_tokens", "Tokens evaluated.", registry=self._registry
        )
        self._step_s = Histogram(
            "strongroom_engine_step_seconds",
            "Time of one batched step.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._waiting = Gauge(
            "strongroom_engine_waiting", "Jobs in the queue.", registry=self._registry
        )
        self._active = Gauge(
            "strongroom_engine_active", "Jobs being served.", registry=self._registry
        )

    def request(self, route: str, status: int, seconds: float) -> None:
        self._requests.labels(route, str(status)).inc()
        self._request_s.labels(route).observe(seconds)

    def step(self, tokens: int, seconds: float) -> None:
        self._tokens.inc(tokens)
        self._step_s.observe(seconds)

    def text(self, waiting: int, active: int) -> bytes:
        self._waiting.set(waiting)
        self._active.set(active)
        return generate_latest(self._registry)
