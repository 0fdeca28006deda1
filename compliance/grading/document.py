"""What a pack's YAML file may say, checked field by field."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from compliance.grading.closed import Form, Need

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,60}$")]
Text = Annotated[str, StringConstraints(min_length=2, max_length=400)]
Any = Literal["any"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Words(_Strict):
    zh: Text
    en: Text


class Source(_Strict):
    """checked: the article was compared with the text of the law itself."""

    law: Text
    article: Text
    checked: bool


class Grading(_Strict):
    """Types of one grade in each of the pack's schemes."""

    types: list[str] = Field(min_length=1)
    grades: dict[Name, str] = Field(min_length=1)
    source: Name
    because: Words


class Content(_Strict):
    """The grade of any typed text, even when nothing was found in it."""

    grades: dict[Name, str]
    source: Name
    because: Words


class Combination(_Strict):
    """When types of at least so many of these groups meet, all of them rise."""

    id: Name
    at_least: int = Field(ge=2)
    of: list[list[str]] = Field(min_length=2)
    raises: dict[Name, str] = Field(min_length=1)
    source: Name
    because: Words


class Rule(_Strict):
    """effect: `allow` opens up to `form`; `restrict` caps at `form`; `deny` closes.

    A rule meets a request when every selector that it has does. `types` and
    `grades` select the data; without either the rule is about all of it.
    """

    id: Name
    effect: Literal["allow", "restrict", "deny"]
    roles: list[str] | Any
    purposes: list[str] | Any
    actions: list[str] | Any
    channels: list[str] | Any
    types: list[str] | None = None
    grades: dict[Name, list[str]] | None = None
    form: Form | None = None
    needs: list[Need] = Field(default_factory=list)
    source: Name
    because: Words


class Document(_Strict):
    """mode: a `base` pack denies what it does not allow; an `overlay` only restricts."""

    pack: Name
    version: int = Field(ge=1)
    mode: Literal["base", "overlay"]
    title: Words
    sources: dict[Name, Source] = Field(min_length=1)
    # Grades of each scheme, from the lowest to the highest.
    schemes: dict[Name, list[str]]
    grades: list[Grading]
    content: Content | None = None
    combinations: list[Combination] = Field(default_factory=list)
    rules: list[Rule] = Field(min_length=1)
