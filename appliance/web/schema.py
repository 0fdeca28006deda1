"""The description of the API, OpenAPI 3.1."""

from drf_spectacular.views import SpectacularAPIView

from appliance.accounts.doors import door
from appliance.accounts.roles import STAFF

_View = door(*STAFF)(SpectacularAPIView)
schema = _View.as_view()
