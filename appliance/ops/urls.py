"""The operator's page."""

from django.urls import path

from appliance.ops import views

urlpatterns = [path("", views.health, name="ops")]
