"""`/metrics`: numbers for the institution's monitoring, in Prometheus' text format.

Counts and ages only: no route, address, id or text can become a label. Open to the machine
itself; on the appliance nginx keeps it from the outside.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from appliance.accounts.doors import open_to_all
from appliance.desk.models import Conversation, Message
from audit.queries import lag

_HERE = {"127.0.0.1", "::1", ""}


class Box(Collector):
    """Read anew at each scrape."""

    def collect(self) -> Iterator[Metric]:
        waiting = Conversation.objects.filter(state=Conversation.State.WAITING).count()
        unanswered = Message.objects.filter(
            reply__in=[Message.Reply.PENDING, Message.Reply.COMPOSING]
        ).count()
        behind = lag(datetime.now(UTC))
        for name, words, value in (
            ("strongroom_conversations_waiting", "Customers in the line for a person.", waiting),
            ("strongroom_messages_unanswered", "Messages without their answer yet.", unanswered),
            ("strongroom_log_pending", "Events that the tree does not hold yet.", behind.pending),
            ("strongroom_log_lag_seconds", "Age of the oldest of them.", behind.oldest_s),
        ):
            yield GaugeMetricFamily(name, words, value=float(value))


_registry = CollectorRegistry(auto_describe=False)
_registry.register(Box())


@open_to_all(records=False)
def metrics(request: HttpRequest) -> HttpResponse:
    if request.META.get("REMOTE_ADDR", "") not in _HERE:
        raise PermissionDenied
    return HttpResponse(generate_latest(_registry), content_type=CONTENT_TYPE_LATEST)
