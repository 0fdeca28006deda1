from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "appliance.oversight"
    label = "oversight"
