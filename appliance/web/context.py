"""What every page's shell needs."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from appliance.ops.health.degraded import degraded_parts
from appliance.web.navigation import rooms_for


def shell(request: HttpRequest) -> dict[str, object]:
    roles: frozenset[str] = getattr(getattr(request, "user", None), "roles", frozenset())
    return {
        "rooms": rooms_for(roles),
        # Asked only by pages that show it: most answers of the box need no health check.
        "degraded": SimpleLazyObject(degraded_parts),
        "can_see_health": "system_admin" in roles,
    }
