"""The agent's pages."""

from django.urls import path

from appliance.desk import views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("line/", views.line, name="desk-line"),
    path("<uuid:conversation_id>/", views.conversation, name="desk-conversation"),
    path("<uuid:conversation_id>/take/", views.take, name="desk-take"),
    path("<uuid:conversation_id>/answer/", views.answer, name="desk-answer"),
    path("<uuid:conversation_id>/return/", views.give_back, name="desk-return"),
    path("<uuid:conversation_id>/close/", views.close, name="desk-close"),
]
