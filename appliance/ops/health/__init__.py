"""How the box is: one report for `doctor`, the operator's page and monitoring.

    report() -> Report      every check, cheap enough to ask for every few seconds

Each check answers by itself: one that cannot be made is a failed one, and holds up no other.
"""

from appliance.ops.health.checks import Check, Report, report

__all__ = ["Check", "Report", "report"]
