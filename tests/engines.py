"""A scripted engine for tests of what stands around it."""

from hashlib import sha256

from models.engine.client import Choice, Ranked


class Scripted:
    """Scores high what contains `prefer`, or fails with `fault`; keeps what it was asked."""

    def __init__(self, prefer="", fault=None):
        self.prefer, self.fault = prefer, fault
        self.asked = []

    def choose(self, question, candidates, *, lang, deadline_s):
        if self.fault is not None:
            raise self.fault
        self.asked.append(question)
        scores = {
            one.id: 2.0 if self.prefer and self.prefer in one.text else -1.0 for one in candidates
        }
        ranked = [
            Ranked(id=name, score=score, conditional=score, null=0.0, tokens=1)
            for name, score in sorted(scores.items(), key=lambda row: -row[1])
        ]
        return Choice(
            ranked=tuple(ranked),
            prompt_sha256=sha256(question.encode()).hexdigest(),
            prompt_tokens=1,
            evaluated_tokens=len(ranked),
            known_nulls=0,
            engine_s=0.0,
            model_sha256=sha256(b"scripted").hexdigest(),
        )
