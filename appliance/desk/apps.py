from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "appliance.desk"
    label = "desk"
