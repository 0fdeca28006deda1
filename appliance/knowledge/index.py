"""Keeping the index in step with what is published, inside the publishing transaction."""

from appliance.knowledge.models import Passage, Posting, Version
from appliance.knowledge.space import vectors
from appliance.knowledge.terms import terms


def index_version(version: Version) -> None:
    """Write the passages and postings of a version that has just been published."""
    texts = [("text", f"{version.title}\n{version.text}")]
    texts += [("question", question) for question in [*version.questions, version.title]]
    rows, postings = [], []
    for place, ((kind, text), vector) in enumerate(
        zip(texts, vectors([text for _, text in texts]), strict=True)
    ):
        found = terms(text)
        row = Passage(
            version=version, kind=kind, position=place, length=found.total(), vector=vector
        )
        rows.append(row)
        postings += [Posting(term=term, passage=row, count=count) for term, count in found.items()]
    Passage.objects.bulk_create(rows)
    Posting.objects.bulk_create(postings)


def drop_from_index(version: Version) -> None:
    Posting.objects.filter(passage__version=version).delete()
    Passage.objects.filter(version=version).delete()
