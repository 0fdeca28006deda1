"""What every page's shell needs."""

from django.http import HttpRequest

from appliance.web.navigation import rooms_for


def shell(request: HttpRequest) -> dict[str, object]:
    roles: frozenset[str] = getattr(getattr(request, "user", None), "roles", frozenset())
    return {"rooms": rooms_for(roles)}
