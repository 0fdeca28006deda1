"""Loading articles from JSON lines, by the same actions that people use."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from appliance.accounts.models import Person
from appliance.knowledge.actions import Draft, draft_article, publish_version, submit_version
from appliance.knowledge.errors import BadArticleError
from appliance.knowledge.models import Version
from appliance.knowledge.space import fit_space, has_space

_ORIGIN = "cli:knowledge"


def read_drafts(paths: Sequence[Path]) -> Iterator[Draft]:
    """One draft a line. Raises BadArticleError with file and line."""
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                held = json.loads(line)
                yield Draft(
                    slug=held["slug"],
                    language=held["lang"],
                    topic=held["topic"],
                    title=held["title"],
                    sentences=held["sentences"],
                    intents=held.get("intents", ()),
                    questions=held.get("questions", ()),
                    wordings=held.get("wordings", ()),
                    audience=held.get("audience", "public"),
                )
            except (json.JSONDecodeError, KeyError, TypeError) as fault:
                raise BadArticleError(
                    f"{path.name} line {number}: got {type(fault).__name__}, want an article"
                ) from fault


def import_articles(
    drafts: Sequence[Draft], *, author: Person, approver: Person, now: datetime
) -> Iterator[Version]:
    """Draft, submit and publish each.

    The vector space is fitted on the drafts when the box has none yet; every stored vector
    belongs to the space that was there first.
    """
    if not has_space():
        fit_space([text for draft in drafts for text in _texts(draft)])
    for draft in drafts:
        version = draft_article(draft, author=author, origin=_ORIGIN, now=now)
        submit_version(version, by=author, origin=_ORIGIN)
        publish_version(version, by=approver, origin=_ORIGIN, now=now)
        yield version


def _texts(draft: Draft) -> list[str]:
    return [draft.title, *draft.sentences, *draft.questions, " ".join(draft.sentences)]
