"""The customer's API under /api/v1/."""

from django.urls import path

from appliance.channels import api

urlpatterns = [
    path("chat/conversations", api.BeginView.as_view(), name="chat-begin"),
    path("chat/conversation", api.ConversationView.as_view(), name="chat-conversation"),
    path("chat/messages", api.MessagesView.as_view(), name="chat-messages"),
    path(
        "chat/messages/<uuid:message_id>/feedback",
        api.FeedbackView.as_view(),
        name="chat-feedback",
    ),
    path("chat/person", api.PersonView.as_view(), name="chat-person"),
    path("chat/survey", api.SurveyView.as_view(), name="chat-survey"),
    path("chat/close", api.CloseView.as_view(), name="chat-close"),
    path("chat/events", api.EventsView.as_view(), name="chat-events"),
]
