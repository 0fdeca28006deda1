"""What may be asked over the socket: shapes and limits, after OpenAI's API.

Fields of OpenAI's that we do not know are ignored, as its clients expect; ours are strict.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.engine.errors import BadRequestError
from models.engine.sampling import Sampling
from models.engine.speaker import Sentence
from models.engine.template import Message

MOST_BYTES = 2**20
_Text = Annotated[str, Field(max_length=32_000)]
_Id = Annotated[str, Field(min_length=1, max_length=200)]
_Deadline = Annotated[float, Field(gt=0, le=120)]
_Priority = Annotated[int, Field(ge=0, le=9)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Open(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class SentenceIn(_Strict):
    id: _Id
    text: Annotated[str, Field(min_length=1, max_length=2000)]

    def sentence(self) -> Sentence:
        return Sentence(self.id, self.text)


_Sentences = Annotated[list[SentenceIn], Field(min_length=1, max_length=128)]


class Verbatim(_Strict):
    """`select`: "walk" leads the model word by word, "score" ranks whole sentences first."""

    mode: Literal["verbatim"]
    sentences: _Sentences
    max_sentences: Annotated[int, Field(ge=1, le=16)] = 3
    select: Literal["walk", "score"] = "walk"


class MessageIn(_Open):
    role: Literal["system", "user", "assistant"]
    content: _Text

    def message(self) -> Message:
        return {"role": self.role, "content": self.content}


class _Generate(_Open):
    max_tokens: Annotated[int, Field(ge=1, le=4096)] = 256
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    top_k: Annotated[int, Field(ge=0)] = 0
    min_p: Annotated[float, Field(ge=0, le=1)] = 0.0
    repeat_penalty: Annotated[float, Field(gt=0, le=2)] = 1.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    stop: str | Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=8)] = []
    stream: bool = False
    deadline_s: _Deadline = 60
    priority: _Priority = 0

    def sampling(self) -> Sampling:
        return Sampling(
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            min_p=self.min_p,
            repeat_penalty=self.repeat_penalty,
            seed=self.seed,
        )

    def stops(self) -> list[str]:
        return [self.stop] if isinstance(self.stop, str) else self.stop


class ChatIn(_Generate):
    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=200)]
    strongroom: Verbatim | None = None


class CompletionIn(_Generate):
    prompt: _Text


class ChooseIn(_Strict):
    question: _Text
    candidates: _Sentences
    lang: Annotated[str, Field(max_length=20)] = ""
    passages: bool = False
    deadline_s: _Deadline = 10
    priority: _Priority = 0


_Model = TypeVar("_Model", bound=BaseModel)


def read(kind: type[_Model], body: bytes) -> _Model:
    """Parse a body. Raises: BadRequestError, which names the place and never the value."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        # Keys that we do not know are the caller's words: only their number is told.
        known = [str(part) for part in first["loc"] if part in kind.model_fields]
        place = ".".join(known) or "the body"
        raise BadRequestError(f"got {first['type']} in {place}, want {kind.__name__}") from None
