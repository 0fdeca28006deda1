from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "appliance.knowledge"
    label = "knowledge"
