from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "appliance.ops"
    label = "ops"

    def ready(self) -> None:
        from appliance import wiring
        from appliance.config import config

        wiring.wire(config())
