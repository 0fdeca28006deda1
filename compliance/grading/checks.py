"""What a schema cannot say about a pack: names meet, and every type has its grade."""

from collections.abc import Collection, Iterator

from compliance.grading.closed import ACTIONS, CHANNELS, PURPOSES, ROLES, TYPES
from compliance.grading.document import Document, Grading, Rule
from compliance.grading.errors import PackError


def check_document(document: Document) -> None:
    """Raises: PackError for the first fault."""
    for where, fault in _faults(document):
        raise PackError(document.pack, where, fault)


def _faults(document: Document) -> Iterator[tuple[str, str]]:
    yield from _sources(document)
    yield from _gradings(document)
    yield from _combinations(document)
    ids = [rule.id for rule in document.rules] + [each.id for each in document.combinations]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"rule {name}", "got the id twice, want it once"
    for rule in document.rules:
        yield from ((f"rule {rule.id}", fault) for fault in _rule(document, rule))


def _sources(document: Document) -> Iterator[tuple[str, str]]:
    cited: list[tuple[str, str]] = [
        *((f"rule {rule.id}", rule.source) for rule in document.rules),
        *((f"combination {each.id}", each.source) for each in document.combinations),
        *((f"grades of {each.types[0]}", each.source) for each in document.grades),
    ]
    if document.content is not None:
        cited.append(("content", document.content.source))
    for where, source in cited:
        if source not in document.sources:
            yield where, f"got source {source}, want one of `sources`"
    for name in document.sources.keys() - {source for _, source in cited}:
        yield f"source {name}", "got no rule that cites it"


def _gradings(document: Document) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for each in document.grades:
        where = f"grades of {each.types[0]}"
        yield from ((where, fault) for fault in _unlisted("type", each.types, TYPES))
        yield from ((where, fault) for fault in _scheme_faults(document, each))
        for name in each.types:
            if name in seen:
                yield where, f"got {name} twice, want it once"
            seen.add(name)
    if document.mode == "base":
        if missing := sorted(TYPES - seen):
            yield "grades", f"got none for {' '.join(missing)}, want one for every type"
        if document.content is None:
            yield "content", "got no grade, want one: a base pack covers all text"


def _scheme_faults(document: Document, grading: Grading) -> Iterator[str]:
    if grading.grades.keys() != document.schemes.keys():
        yield f"got schemes {sorted(grading.grades)}, want {sorted(document.schemes)}"
    for scheme, grade in grading.grades.items():
        yield from _unlisted(f"grade of {scheme}", [grade], document.schemes.get(scheme, []))


def _combinations(document: Document) -> Iterator[tuple[str, str]]:
    for each in document.combinations:
        where = f"combination {each.id}"
        if each.at_least > len(each.of):
            yield where, f"got at_least {each.at_least} of {len(each.of)} groups"
        for group in each.of:
            yield from ((where, fault) for fault in _unlisted("type", group, TYPES))
        for scheme, grade in each.raises.items():
            known = document.schemes.get(scheme, [])
            yield from ((where, f) for f in _unlisted(f"grade of {scheme}", [grade], known))


def _rule(document: Document, rule: Rule) -> Iterator[str]:
    for what, names, known in (
        ("role", rule.roles, ROLES),
        ("purpose", rule.purposes, PURPOSES),
        ("action", rule.actions, ACTIONS),
        ("channel", rule.channels, CHANNELS),
        ("type", rule.types or [], TYPES),
    ):
        if names != "any":
            yield from _unlisted(what, names, known)
    for scheme, grades in (rule.grades or {}).items():
        known_grades = document.schemes.get(scheme, [])
        yield from _unlisted(f"grade of {scheme}", grades, known_grades)
    yield from _effect(document, rule)


def _effect(document: Document, rule: Rule) -> Iterator[str]:
    if rule.effect == "allow":
        if document.mode == "overlay":
            yield "got effect allow in an overlay, want restrict or deny"
        if rule.roles == "any":
            yield "got roles any with effect allow, want them listed"
        if rule.form is None:
            yield "got no form, want what is allowed"
    elif rule.effect == "restrict" and rule.form is None and not rule.needs:
        yield "got neither form nor needs, want a restriction"
    elif rule.effect == "deny" and (rule.form is not None or rule.needs):
        yield "got form or needs with effect deny, want neither"


def _unlisted(what: str, names: Collection[str], known: Collection[str]) -> Iterator[str]:
    if not names and what != "type":
        yield f"got no {what}, want at least one"
    for name in names:
        if name not in known:
            yield f"got {what} {name}, want one of the closed list"
