"""The front door."""

from django.urls import path

from appliance.web import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/<str:code>/", views.choose_language, name="language"),
]
