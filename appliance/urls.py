"""The map of the house; each room keeps its own."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
handler400 = "appliance.web.errors.bad_request"
handler403 = "appliance.web.errors.forbidden"
handler404 = "appliance.web.errors.not_found"
handler500 = "appliance.web.errors.server_error"
