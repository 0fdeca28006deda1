from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "models.registry"
    label = "llm"
