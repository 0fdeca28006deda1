"""The same doors, asked once more by the REST framework."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from appliance.accounts.doors import door_of

if TYPE_CHECKING:  # rest_framework.views itself imports this module, by the settings
    from rest_framework.request import Request
    from rest_framework.views import APIView


class NamedRoles(BasePermission):
    def has_permission(self, request: "Request", view: "APIView") -> bool:
        found = door_of(type(view))
        if found is None:
            return False
        roles: frozenset[str] = getattr(request.user, "roles", frozenset())
        return not found.roles or bool(found.roles & roles)
