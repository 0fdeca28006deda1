"""`/healthz`: whether this web process can serve, for supervisors and load balancers."""

from django.db import OperationalError, connection
from django.http import HttpRequest, JsonResponse

from appliance.accounts.doors import open_to_all


@open_to_all(records=False)
def liveness(_request: HttpRequest) -> JsonResponse:
    """200 {"status": "ok"} when the database answers, else 503. Shows nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})
