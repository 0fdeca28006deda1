from django.apps import AppConfig


class ApprovalConfig(AppConfig):
    name = "compliance.approval"
    label = "approval"
