"""One decision: may this role do this with these types of data, and in what form.

Pure, and total: it answers for every input and denies what it does not know.
Strictest wins twice: over the types at hand and over the packs in force. So
neither a further type nor a further pack can loosen an answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from compliance.grading.closed import CONTENT, FORMS, TYPES, Form
from compliance.grading.pack import Pack, Reason, Verdict
from compliance.grading.request import Request


@dataclass(frozen=True)
class Decision:
    """form:   the strictest of all types; what may be shown or passed on.

    by_type: the form of each type, for showing each part of a text in its own.
    grade:  the highest in each scheme, combinations counted.
    needs:  obligations that come first: reason, second_person, time_box, …
    because: the rules that led here, most of them with an article.
    """

    allowed: bool
    form: Form
    by_type: Mapping[str, Form]
    grade: Mapping[str, str]
    needs: tuple[str, ...]
    because: tuple[Reason, ...]


def decide(
    types: Collection[str],
    *,
    role: str,
    purpose: str,
    channel: str,
    action: str,
    packs: Sequence[Pack],
) -> Decision:
    """Judge a text in which these types were found; none means: nothing was found.

    Text in which nothing was found is still what a person typed, and is
    judged as such. Unknown names, and no base pack, are denied.
    """
    request = Request(role, purpose, channel, action)
    refusal = _refusal(types, request, packs)
    if refusal is not None:
        return _denied(types, refusal)
    found = frozenset(types)
    verdicts: dict[str, list[Verdict]] = {name: [] for name in (CONTENT, *sorted(found))}
    raised_by: list[Reason] = []
    grade: dict[str, str] = {}
    for pack in packs:
        combinations = pack.raised_by(found)
        raised = frozenset(item for _, reached in combinations for item in reached)
        raised_by.extend(pack.reason(each) for each, _ in combinations)
        for name, sofar in verdicts.items():
            sofar.append(pack.verdict(name, request, raised))
        grade |= _highest(pack, verdicts, raised)
    return _met(verdicts, grade, raised_by)


def _met(
    verdicts: Mapping[str, list[Verdict]], grade: Mapping[str, str], raised_by: Iterable[Reason]
) -> Decision:
    everything = [verdict for each in verdicts.values() for verdict in each]
    allowed = all(verdict.is_allowed for verdict in everything)
    # Of a refusal, only what refused; of a permission, all that shaped it.
    telling = [v for v in everything if allowed or not v.is_allowed]
    reasons = dict.fromkeys(
        [reason for verdict in telling for reason in verdict.because] + list(raised_by)
    )
    floor = {name: min(v.form for v in each) for name, each in verdicts.items()}
    return Decision(
        allowed=allowed,
        form=FORMS[min(floor.values())] if allowed else "none",
        by_type={
            name: FORMS[min(form, floor[CONTENT])]
            for name, form in floor.items()
            if name != CONTENT
        },
        grade=grade,
        needs=tuple(sorted({need for v in everything for need in v.needs})) if allowed else (),
        because=tuple(reasons),
    )


def _highest(pack: Pack, names: Iterable[str], raised: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the highest grade in each of the pack's schemes."""
    reached: dict[str, set[str]] = {}
    for name in names:
        for scheme, grade in pack.grades.get(name, {}).items():
            reached.setdefault(scheme, set()).add(grade)
    for scheme, grade in raised:
        reached.setdefault(scheme, set()).add(grade)
    return {
        scheme: max(grades, key=pack.document.schemes[scheme].index)
        for scheme, grades in reached.items()
    }


def _refusal(
    types: Collection[str], request: Request, packs: Sequence[Pack]
) -> tuple[Reason, ...] | None:
    unknown = sorted(name for name in types if name not in TYPES)
    fields = [f"type {name}" for name in unknown]
    fields += [f"{name} {getattr(request, name)}" for name in request.unlisted()]
    if fields:
        return tuple(
            Reason(
                "closed-lists",
                "default deny",
                f"未知的取值（{field}）一律拒绝。",
                f"Unknown values are denied ({field}).",
            )
            for field in fields
        )
    if not any(pack.is_base for pack in packs):
        return (
            Reason(
                "no-base-pack",
                "default deny",
                "没有生效的基础策略包，一律拒绝。",
                "No base pack is in force: everything is denied.",
            ),
        )
    return None


def _denied(types: Collection[str], because: tuple[Reason, ...]) -> Decision:
    return Decision(
        allowed=False,
        form="none",
        by_type=dict.fromkeys(types, "none"),
        grade={},
        needs=(),
        because=because,
    )
