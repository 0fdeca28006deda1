"""The closed lists that every pack must cover and no request may leave."""

from typing import Final, Literal

from compliance.pii.types import ALL_TYPES

Form = Literal["none", "placeholder", "mask", "raw"]
Need = Literal[
    "identity_verified",
    "reason",
    "recipient_registered",
    "seal",
    "second_person",
    "separate_consent",
    "time_box",
    "watermark",
]

ROLES: Final = frozenset(
    [
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
    ]
)
PURPOSES: Final = frozenset(
    [
        "serve_customer",
        "handle_complaint",
        "quality_review",
        "compliance_review",
        "rights_request",
        "audit",
        "incident",
        "improve_model",
        "operate",
    ]
)
ACTIONS: Final = frozenset(
    [
        "view_masked",
        "view_original",
        "search",
        "export",
        "send_to_model",
        "store",
        "share",
        "delete",
    ]
)
CHANNELS: Final = frozenset(["web", "widget", "desk", "email", "api", "messaging", "voice", "file"])
TYPES: Final = ALL_TYPES

# From the strictest to the loosest: the lesser of two forms wins.
FORMS: Final[tuple[Form, ...]] = ("none", "placeholder", "mask", "raw")

# What a person typed, whatever was found in it: no detector finds everything. Not a type
# that a caller may name.
CONTENT: Final = "content"
