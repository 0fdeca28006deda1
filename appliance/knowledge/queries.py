"""Finding knowledge: words (BM25) and vectors, fused; permission and dates inside the query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from appliance.knowledge.models import Version
from appliance.knowledge.routing import NOWHERE, Routes, routes
from appliance.knowledge.space import has_space, space
from appliance.knowledge.terms import terms

# Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond".
_K1: Final = 1.2
_B: Final = 0.75
# Cormack, Clarke and Buettcher 2009, reciprocal rank fusion.
_FUSION: Final = 60.0
_MAX_TERMS: Final = 400
_ROUTED: Final = 8
# The score of what the routing has not learnt yet: that of a label that is not meant.
_UNROUTED: Final = -1.0


@dataclass(frozen=True)
class Sentence:
    """One sentence of a published version; start and end are half-open offsets in its text."""

    version_id: UUID
    place: int
    start: int
    end: int
    text: str

    @property
    def key(self) -> str:
        return f"{self.version_id}:{self.place}"


@dataclass(frozen=True)
class Passage:
    """A published version that may answer.

    words: BM25 of its best passage; likeness: cosine of its best passage, -1 to 1;
    route: what the routing gives its version; strange: what it gives "no article";
    fused: reciprocal-rank fusion of words, likeness and route, what results are ordered by.
    """

    article_id: UUID
    version_id: UUID
    number: int
    slug: str
    title: str
    digest: bytes
    intents: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    words: float
    likeness: float
    fused: float
    route: float
    strange: float


# One row a published, in-date version that this audience may see. Every score is computed
# over these rows alone: what a caller may not see changes neither a result nor a count.
_SEARCH: Final = """
WITH live AS MATERIALIZED (
    SELECT p.id, p.length, p.vector, v.id AS version_id
    FROM knowledge_passage p
    JOIN knowledge_version v ON v.id = p.version_id
    JOIN knowledge_article a ON a.id = v.article_id
    WHERE v.state = 'published' AND v.effective_at <= %(now)s
      AND (v.expires_at IS NULL OR v.expires_at > %(now)s)
      AND a.audience = ANY(%(audiences)s) AND a.language = %(language)s
), collection AS (
    SELECT count(*)::float8 AS n, coalesce(avg(length), 1)::float8 AS mean FROM live
), hits AS (
    SELECT o.term, o.count::float8 AS tf, l.id, l.length::float8 AS length
    FROM knowledge_posting o JOIN live l ON l.id = o.passage_id
    WHERE o.term = ANY(%(terms)s)
), rarity AS (
    SELECT term, ln(1 + (n - count(*) + 0.5) / (count(*) + 0.5)) AS idf
    FROM hits, collection GROUP BY term, n
), words AS (
    SELECT h.id, sum(r.idf * h.tf * (%(k1)s + 1)
        / (h.tf + %(k1)s * (1 - %(b)s + %(b)s * h.length / c.mean))) AS score
    FROM hits h JOIN rarity r USING (term), collection c GROUP BY h.id
), scored AS (
    SELECT l.version_id, max(coalesce(w.score, 0)) AS words,
        max(CASE WHEN %(vector)s::vector IS NULL THEN 0
            ELSE 1 - (l.vector <=> %(vector)s::vector) END) AS likeness,
        coalesce(array_position(%(likely)s::uuid[], l.version_id), 99) AS by_route
    FROM live l LEFT JOIN words w ON w.id = l.id GROUP BY l.version_id
), ranked AS (
    SELECT *, rank() OVER (ORDER BY words DESC) AS by_words,
        rank() OVER (ORDER BY likeness DESC) AS by_likeness
    FROM scored
)
SELECT version_id, words, likeness,
    1 / (%(fusion)s + by_words) + 1 / (%(fusion)s + by_likeness)
        + CASE WHEN by_route < 99 THEN 1 / (%(fusion)s + by_route) ELSE 0 END AS fused
FROM ranked WHERE words > 0 OR likeness > 0.1 OR by_route < 99
ORDER BY fused DESC, words DESC, version_id LIMIT %(limit)s
"""


def search(
    text: str,
    *,
    language: str,
    audiences: Sequence[str],
    now: datetime,
    limit: int = 6,
) -> list[Passage]:
    """The best published versions for a (masked) question, best first.

    An article to which the routing leads is found even where no word of it was used.
    """
    wanted = list(terms(text))[:_MAX_TERMS]
    leads = routes(text, language=language) if wanted else NOWHERE
    vector = space().vectors([text])[0] if wanted and has_space() else None
    with connection.cursor() as cursor:
        cursor.execute(
            _SEARCH,
            {
                "now": now,
                "audiences": list(audiences),
                "language": language,
                "terms": wanted,
                "likely": leads.likeliest(_ROUTED),
                "vector": None if vector is None else str(vector.tolist()),
                "k1": _K1,
                "b": _B,
                "fusion": _FUSION,
                "limit": limit,
            },
        )
        rows = cursor.fetchall()
    held = Version.objects.select_related("article").in_bulk([row[0] for row in rows])
    return [_passage(held[row[0]], row, leads) for row in rows]


def _passage(version: Version, row: tuple[Any, ...], leads: Routes) -> Passage:
    return Passage(
        article_id=version.article_id,
        version_id=version.pk,
        number=version.number,
        slug=version.article.slug,
        title=version.title,
        digest=bytes(version.digest),
        intents=tuple(version.intents),
        sentences=sentences_of(version),
        words=float(row[1]),
        likeness=float(row[2]),
        fused=float(row[3]),
        route=leads.scores.get(version.pk, _UNROUTED),
        strange=leads.none,
    )


def sentences_of(version: Version) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(version.pk, place, start, end, version.text[start:end])
        for place, (start, end) in enumerate(version.sentences)
    )
