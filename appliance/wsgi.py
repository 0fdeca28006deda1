"""The web process's entry."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appliance.settings")
os.environ.setdefault("STRONGROOM_ROLE", "web")

from django.core.wsgi import get_wsgi_application

from appliance.config import config
from appliance.ops import logs

if config().logs.is_dir():
    logs.configure("web", config().logs)
application = get_wsgi_application()

# Only now: what is warmed up are Django's applications.
from appliance.assistant.warming import warm  # noqa: E402

warm()
