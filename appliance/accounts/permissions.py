"""The same doors, asked once more by the REST framework."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from appliance.accounts.doors import door_of


class NamedRoles(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        found = door_of(type(view))
        if found is None:
            return False
        roles: frozenset[str] = getattr(request.user, "roles", frozenset())
        return not found.roles or bool(found.roles & roles)
