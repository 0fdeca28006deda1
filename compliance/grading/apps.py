from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "compliance.grading"
    label = "grading"
