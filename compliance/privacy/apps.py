from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "compliance.privacy"
    label = "privacy"
