from django.apps import AppConfig


class AssistantConfig(AppConfig):
    name = "appliance.assistant"
    label = "assistant"
