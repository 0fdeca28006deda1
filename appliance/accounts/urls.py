"""Signing in and out."""

from django.urls import path

from appliance.accounts import views

urlpatterns = [
    path("login/", views.sign_in, name="sign-in"),
    path("logout/", views.sign_out, name="sign-out"),
]
