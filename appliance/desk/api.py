"""The desk's event stream."""

from uuid import UUID

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.views import APIView

from appliance.accounts.doors import door
from appliance.desk.streams import desk_stream
from appliance.web.negotiation import AnyAccept
from appliance.web.problems import ProblemError
from appliance.web.sse import stream


@door("agent", "supervisor")
class DeskEventsView(APIView):
    """GET ?conversation=ID: wakes the page; shows nothing of anyone itself."""

    content_negotiation_class = AnyAccept

    def get(self, request: Request) -> HttpResponseBase:
        given = request.query_params.get("conversation", "")
        try:
            wanted = UUID(given) if given else None
        except ValueError as fault:
            raise ProblemError(400, "conversation", "got no id, want one") from fault
        return stream(desk_stream(wanted))
