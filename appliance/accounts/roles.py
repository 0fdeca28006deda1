"""The closed list of roles, and which of them exclude each other."""

from typing import Final

ROLES: Final = (
    "customer",
    "agent",
    "supervisor",
    "knowledge_editor",
    "knowledge_approver",
    "quality_reviewer",
    "compliance_officer",
    "privacy_officer",
    "auditor",
    "system_admin",
    "security_admin",
    "audit_admin",
    "model_steward",
    "service",
)
# MLPS 2.0 level 3, 8.1.5: system, security and audit administration lie with three people.
EXCLUSIVE: Final = ("system_admin", "security_admin", "audit_admin")
STAFF: Final = tuple(role for role in ROLES if role not in {"customer", "service"})
