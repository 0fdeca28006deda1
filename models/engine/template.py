"""Rendering a model's own chat template, which came with the file and is not trusted.

Jinja2's immutable sandbox: no attribute that begins with an underscore, no change of what it
is given, a bounded range(). What people typed must not act as a control token: its spelling
is broken by a space before it reaches the template.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NoReturn, TypedDict

from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from models.engine.errors import TemplateError

# A model without a template is led by plain labels.
PLAIN = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:"
_PASSES = 4


class Message(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


class ChatTemplate:
    """A parsed template with the texts of its begin and end tokens."""

    def __init__(self, source: str, *, bos: str, eos: str) -> None:
        """Raise TemplateError if the source does not parse."""
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # the output is a prompt, not HTML
            extensions=["jinja2.ext.loopcontrols"],
        )
        environment.globals["raise_exception"] = _refuse
        self._tokens = {"bos_token": bos, "eos_token": eos}
        try:
            self._template = environment.from_string(source or PLAIN)
        except JinjaError as fault:
            raise TemplateError("got a chat template that does not parse") from fault

    def render(self, messages: Sequence[Message]) -> str:
        """Return the prompt, up to where the assistant speaks. Raises: TemplateError."""
        try:
            return self._template.render(
                messages=list(messages), add_generation_prompt=True, **self._tokens
            )
        # Foreign code: whatever it raises is the template's fault.
        except Exception as fault:  # noqa: BLE001  # and no text of it may reach a log
            raise TemplateError(f"got {type(fault).__name__} from the chat template") from None


def neutraliser(specials: Iterable[str]) -> Callable[[str], str]:
    """Make a function that breaks every spelling of a special token inside typed text.

    "<a>" becomes "< a>". Tokens of white space only are left alone: they are harmless.
    """
    spelt = sorted({text for text in specials if text.strip()}, key=len, reverse=True)
    if not spelt:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, spelt)))

    def neutral(text: str) -> str:
        for _ in range(_PASSES):
            if not pattern.search(text):
                return text
            text = pattern.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)
        return pattern.sub("", text)

    return neutral


def _refuse(_message: str = "") -> NoReturn:
    raise JinjaError("refused by the template")
