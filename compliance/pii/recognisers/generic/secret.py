"""Secrets as a recogniser, so that a text which skipped the screen still shows none.

The rules and their reasons are in `compliance/pii/secrets.py`.
"""

from collections.abc import Iterator

from compliance.pii.recognisers.base import CHECKED_AND_LABELLED, Candidate, Recogniser
from compliance.pii.secret_forms import secret_spans
from compliance.pii.types import SECRET_TYPES
from compliance.pii.view import Has, View


class SecretRecogniser(Recogniser):
    TYPES = tuple(sorted(SECRET_TYPES))
    NEEDS = Has.NOTHING

    def candidates(self, view: View) -> Iterator[Candidate]:
        for found in secret_spans(view.text):
            yield Candidate(
                found.start,
                found.end,
                found.type,
                CHECKED_AND_LABELLED,
                found.why,
                self.name,
                found.distance,
            )
