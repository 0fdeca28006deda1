from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "appliance.channels"
    label = "channels"
