"""A policy pack, loaded, checked and ready to judge.

Two kinds. A base pack grades every type and denies what it does not allow.
An overlay knows only some types and can only restrict. The verdicts of
several packs are met, form by form and need by need, so a further pack can
never loosen a decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from compliance.grading.checks import check_document
from compliance.grading.closed import CONTENT, FORMS
from compliance.grading.document import Combination, Document, Rule
from compliance.grading.errors import PackError, PackFileError
from compliance.grading.request import Request

_RAW = FORMS.index("raw")


@dataclass(frozen=True)
class Reason:
    """Why: a rule of a pack, its article, and what it says in both languages.

    is_checked: the article number was compared with the text of the law.
    """

    rule: str
    article: str
    text: str
    text_en: str
    is_checked: bool = True


@dataclass(frozen=True)
class Verdict:
    """What one pack says of one type. form: index into FORMS, higher is looser."""

    is_allowed: bool
    form: int
    needs: frozenset[str]
    because: tuple[Reason, ...]


Grades = Mapping[str, str]
Raised = frozenset[tuple[str, str]]
_NO_OPINION = Verdict(is_allowed=True, form=_RAW, needs=frozenset(), because=())


@dataclass(frozen=True, eq=False)
class Pack:
    """digest: SHA-256 of the file as it was read."""

    document: Document
    digest: bytes
    grades: Mapping[str, Grades]
    _memory: dict[object, Verdict] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return self.document.pack

    @property
    def version(self) -> int:
        return self.document.version

    @property
    def is_base(self) -> bool:
        return self.document.mode == "base"

    def raised_by(self, types: frozenset[str]) -> tuple[tuple[Combination, Raised], ...]:
        """Return the combinations that these types form, and the grades that they reach."""
        return tuple(
            (each, frozenset(each.raises.items()))
            for each in self.document.combinations
            if sum(1 for group in each.of if not types.isdisjoint(group)) >= each.at_least
        )

    def verdict(self, name: str, request: Request, raised: Raised) -> Verdict:
        """Judge one type, or CONTENT, in a request.

        raised: grades reached by combination; they can only restrict.
        """
        key = (name, request, raised)
        known = self._memory.get(key)
        if known is None:
            # The closed lists bound this: some hundred thousand entries at the very most.
            known = self._memory[key] = self._judge(name, request, raised)
        return known

    def reason(self, rule: Rule | Combination) -> Reason:
        source = self.document.sources[rule.source]
        return Reason(
            f"{self.name}/{rule.id}",
            f"{source.law} {source.article}",
            rule.because.zh,
            rule.because.en,
            source.checked,
        )

    def _judge(self, name: str, request: Request, raised: Raised) -> Verdict:
        own = frozenset(self.grades.get(name, {}).items())
        if not self.is_base and name not in self.grades:
            return _NO_OPINION
        met = [rule for rule in self.document.rules if _is_about(rule, request)]
        denied = [r for r in met if r.effect == "deny" and _covers(r, name, own | raised)]
        if denied:
            return self._closed(*denied)
        opened = [r for r in met if r.effect == "allow" and _covers(r, name, own)]
        if self.is_base and not opened:
            return Verdict(is_allowed=False, form=0, needs=frozenset(), because=(self._silent(),))
        capped = [r for r in met if r.effect == "restrict" and _covers(r, name, own | raised)]
        rules = [*opened, *capped]
        return Verdict(
            is_allowed=True,
            form=min((FORMS.index(r.form) for r in rules if r.form is not None), default=_RAW),
            needs=frozenset(need for r in rules for need in r.needs),
            because=tuple(self.reason(r) for r in rules),
        )

    def _closed(self, *rules: Rule) -> Verdict:
        because = tuple(self.reason(rule) for rule in rules)
        return Verdict(is_allowed=False, form=0, needs=frozenset(), because=because)

    def _silent(self) -> Reason:
        return Reason(
            f"{self.name}/default",
            "default deny",
            "本策略包没有允许此角色以此目的在此渠道进行此操作的规则。",
            "No rule of this pack allows this role this action for this purpose and channel.",
        )


def load(path: Path) -> Pack:
    """Raises: PackFileError, PackError."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise PackFileError(path, type(fault).__name__) from fault
    return parse(content, name=path.name)


def parse(content: bytes, *, name: str) -> Pack:
    """Raises: PackError, naming the first fault and its place."""
    try:
        document = Document.model_validate(yaml.load(content, Loader=_NoDuplicates))  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "file"
        raise PackError(name, where, str(getattr(fault, "problem", fault))) from fault
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        raise PackError(name, ".".join(map(str, first["loc"])), first["msg"]) from fault
    check_document(document)
    return Pack(document, sha256(content).digest(), _grades(document))


def _grades(document: Document) -> dict[str, Grades]:
    found: dict[str, Grades] = {
        name: each.grades for each in document.grades for name in each.types
    }
    if document.content is not None:
        found[CONTENT] = document.content.grades
    return found


def _is_about(rule: Rule, request: Request) -> bool:
    return (
        (rule.roles == "any" or request.role in rule.roles)
        and (rule.purposes == "any" or request.purpose in rule.purposes)
        and (rule.actions == "any" or request.action in rule.actions)
        and (rule.channels == "any" or request.channel in rule.channels)
    )


def _covers(rule: Rule, name: str, grades: Raised) -> bool:
    if rule.types is not None and name not in rule.types:
        return False
    if rule.grades is None:
        return True
    return any(scheme in rule.grades and grade in rule.grades[scheme] for scheme, grade in grades)


class _NoDuplicates(yaml.SafeLoader):
    """YAML keeps the last of two equal keys; in a policy that hides the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # the parent's signature
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.MarkedYAMLError(
                    problem=f"got key {key!r} twice, want it once", problem_mark=node.start_mark
                )
        return super().construct_mapping(node, deep=deep)
