"""The map of the house; each room keeps its own."""

from django.urls import URLPattern, URLResolver, include, path

from appliance.desk.api import DeskEventsView
from appliance.ops.liveness import liveness
from appliance.ops.metrics import metrics
from appliance.web.schema import schema

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("appliance.web.urls")),
    path("", include("appliance.accounts.urls")),
    path("", include("appliance.channels.pages")),
    path("desk/", include("appliance.desk.urls")),
    path("audit/", include("appliance.oversight.urls")),
    path("ops/", include("appliance.ops.urls")),
    path("api/v1/", include("appliance.channels.urls")),
    path("api/v1/schema", schema, name="schema"),
    path("healthz", liveness, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/desk/events", DeskEventsView.as_view(), name="desk-events"),
]
handler400 = "appliance.web.errors.bad_request"
handler403 = "appliance.web.errors.forbidden"
handler404 = "appliance.web.errors.not_found"
handler500 = "appliance.web.errors.server_error"
