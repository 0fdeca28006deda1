from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "compliance.vault"
    label = "vault"
