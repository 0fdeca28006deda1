"""Approved knowledge: articles, their versions, and the index that finds them."""

from django.db import models as tables
from django.db.models import F, Q
from pgvector.django import VectorField

from appliance.accounts.models import Person
from audit.ids import uuid7

DIMENSIONS = 256


class Article(tables.Model):
    """What stays the same over an article's versions. A slug is a name for links and imports."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = tables.SlugField(max_length=80, unique=True)
    language = tables.CharField(max_length=8)
    topic = tables.CharField(max_length=32)
    # Who may be shown it: "public" for customers, "staff" for people of the bank alone.
    audience = tables.CharField(max_length=8, default="public")
    owner = tables.ForeignKey(Person, on_delete=tables.PROTECT)
    created_at = tables.DateTimeField()

    class Meta:
        db_table = "knowledge_article"
        constraints = (
            tables.CheckConstraint(
                condition=Q(audience__in=["public", "staff"]), name="audience_is_listed"
            ),
        )

    def __str__(self) -> str:
        return self.slug


class Version(tables.Model):
    """One wording of an article. A published wording is never changed, only superseded."""

    class State(tables.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        PUBLISHED = "published"
        RETIRED = "retired"

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    article = tables.ForeignKey(Article, on_delete=tables.PROTECT, related_name="versions")
    number = tables.PositiveIntegerField()
    title = tables.CharField(max_length=200)
    # The sentences in order, joined without a separator in Chinese and by a space in English;
    # `sentences` holds each one's half-open range in `text`.
    text = tables.TextField()
    sentences = tables.JSONField()
    intents = tables.JSONField(default=list)
    # Questions that stand beside the article as frequently asked, and are searched.
    questions = tables.JSONField(default=list)
    # Other ways in which customers have asked; the routing learns from them.
    wordings = tables.JSONField(default=list)
    digest = tables.BinaryField()
    state = tables.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    drafted_by = tables.ForeignKey(Person, on_delete=tables.PROTECT, related_name="+")
    approved_by = tables.ForeignKey(Person, on_delete=tables.PROTECT, related_name="+", null=True)
    drafted_at = tables.DateTimeField()
    published_at = tables.DateTimeField(null=True)
    effective_at = tables.DateTimeField()
    expires_at = tables.DateTimeField(null=True)

    class Meta:
        db_table = "knowledge_version"
        constraints = (
            tables.UniqueConstraint(fields=["article", "number"], name="one_version_a_number"),
            tables.UniqueConstraint(
                fields=["article"],
                condition=Q(state="published"),
                name="one_published_version",
            ),
            tables.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="approved_by_a_second_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.article_id} v{self.number}"


class Passage(tables.Model):
    """A stretch of a published version that can be found: its whole text, or a question."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = tables.ForeignKey(Version, on_delete=tables.PROTECT, related_name="passages")
    kind = tables.CharField(max_length=8, choices=[("text", "text"), ("question", "question")])
    position = tables.PositiveIntegerField()
    length = tables.PositiveIntegerField()
    vector = VectorField(dimensions=DIMENSIONS)

    class Meta:
        db_table = "knowledge_passage"

    def __str__(self) -> str:
        return str(self.id)


class Posting(tables.Model):
    """How often a term stands in a passage: the inverted index behind BM25."""

    id = tables.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = tables.CharField(max_length=32)
    passage = tables.ForeignKey(Passage, on_delete=tables.CASCADE, related_name="postings")
    count = tables.PositiveIntegerField()

    class Meta:
        db_table = "knowledge_posting"
        constraints = (
            tables.UniqueConstraint(fields=["term", "passage"], name="one_posting_a_term"),
        )

    def __str__(self) -> str:
        return str(self.id)
