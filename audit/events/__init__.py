"""The one catalogue of event kinds.

A kind is `area:subject:past-verb`; it is never renamed and never reused.
Add a kind to its area's module and to the list here.
"""

from audit.events.accounts import (
    AccessRefused,
    PageViewed,
    PersonCreated,
    SessionClosed,
    SessionOpened,
    SessionRefused,
)
from audit.events.approval import (
    ProposalApproved,
    ProposalExpired,
    ProposalMade,
    ProposalRejected,
)
from audit.events.assistant import (
    ReplyComposed,
    ReplyRefused,
    ReplyReplayed,
    ReplyWithheld,
    SecretDropped,
)
from audit.events.base import CATALOGUE, Event, Outcome, utc_text
from audit.events.channels import (
    IdentityAccepted,
    IdentityRefused,
    RateLimited,
)
from audit.events.desk import (
    ConversationBegun,
    ConversationClosed,
    ConversationReturned,
    ConversationsListed,
    ConversationTaken,
    ConversationViewed,
    FeedbackGiven,
    HandoverRequested,
    MessageReceived,
    MessageSent,
    SurveyAnswered,
)
from audit.events.knowledge import (
    ArticleDrafted,
    ArticleWithdrawn,
    SearchPerformed,
    VersionExpired,
    VersionPublished,
    VersionSubmitted,
)
from audit.events.llm import (
    ModelImported,
    ModelPromoted,
    ModelRefused,
    ModelVerified,
)
from audit.events.ops import (
    HealthViewed,
    InstallationCreated,
    ServiceFailed,
    ServiceStarted,
    ServiceStopped,
)
from audit.events.privacy import (
    SubjectCreated,
    SubjectErased,
)
from audit.events.trail import (
    CheckpointExported,
    EntryViewed,
    PackExported,
    TrailSearched,
)
from audit.events.vault import (
    KeyCreated,
    KeyDestroyed,
    KeyRotated,
)

__all__ = [
    "CATALOGUE",
    "AccessRefused",
    "ArticleDrafted",
    "ArticleWithdrawn",
    "CheckpointExported",
    "ConversationBegun",
    "ConversationClosed",
    "ConversationReturned",
    "ConversationTaken",
    "ConversationViewed",
    "ConversationsListed",
    "EntryViewed",
    "Event",
    "FeedbackGiven",
    "HandoverRequested",
    "HealthViewed",
    "IdentityAccepted",
    "IdentityRefused",
    "InstallationCreated",
    "KeyCreated",
    "KeyDestroyed",
    "KeyRotated",
    "MessageReceived",
    "MessageSent",
    "ModelImported",
    "ModelPromoted",
    "ModelRefused",
    "ModelVerified",
    "Outcome",
    "PackExported",
    "PageViewed",
    "PersonCreated",
    "ProposalApproved",
    "ProposalExpired",
    "ProposalMade",
    "ProposalRejected",
    "RateLimited",
    "ReplyComposed",
    "ReplyRefused",
    "ReplyReplayed",
    "ReplyWithheld",
    "SearchPerformed",
    "SecretDropped",
    "ServiceFailed",
    "ServiceStarted",
    "ServiceStopped",
    "SessionClosed",
    "SessionOpened",
    "SessionRefused",
    "SubjectCreated",
    "SubjectErased",
    "SurveyAnswered",
    "TrailSearched",
    "VersionExpired",
    "VersionPublished",
    "VersionSubmitted",
    "utc_text",
]
