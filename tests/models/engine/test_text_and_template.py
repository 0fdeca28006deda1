import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engine.errors import TemplateError
from models.engine.template import PLAIN, ChatTemplate, neutraliser
from models.engine.text import TextOut


def spell(text, size, stops=()):
    """Feed a text in pieces of `size` bytes; return what came out after each, and at the end."""
    data = text.encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    out = TextOut(pieces.__getitem__, stops)
    made = [out.feed(number) for number in range(len(pieces))]
    return made, out.finish(), out


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 5))
def test_characters_leave_whole(text, size):
    made, rest, _ = spell(text, size)
    assert "".join(made) + rest == text
    assert all("�" not in part or "�" in text for part in made)


@given(
    st.text("ab银", max_size=12),
    st.lists(st.text("ab银", min_size=1, max_size=3), max_size=3),
    st.integers(1, 4),
)
def test_nothing_of_a_stop_string_leaves(text, stops, size):
    made, rest, out = spell(text, size, stops)
    said = "".join(made) + rest
    assert text.startswith(said)
    assert not any(stop in said for stop in stops)
    assert (said == text) == (not any(stop in text for stop in stops))
    assert out.is_stopped == any(stop in text for stop in stops)


def test_half_a_character_becomes_a_mark():
    out = TextOut({0: "银".encode()[:2]}.__getitem__)
    assert out.feed(0) == ""
    assert out.finish() == "�"


def render(source, *messages):
    made = ChatTemplate(source, bos="<s>", eos="</s>")
    return made.render([{"role": role, "content": text} for role, text in messages])


def test_a_model_without_a_template_is_led_by_labels():
    assert render("", ("user", "hi")) == render(PLAIN, ("user", "hi")) == "user: hi\nassistant:"


def test_common_features_of_templates():
    source = (
        "{{ bos_token }}{%- for m in messages %}{% if m['role'] == 'system' %}{% continue %}"
        "{% endif %}[{{ m['content'] | trim }}]{% endfor %}"
        "{% if add_generation_prompt %}>{% endif %}"
    )
    assert render(source, ("system", "s"), ("user", " hi ")) == "<s>[hi]>"


@pytest.mark.parametrize(
    "source",
    [
        "{% for",
        "{{ messages.__class__.__mro__ }}",
        "{{ messages.append(1) }}",
        "{{ ''.__class__ }}",
        "{% for i in range(1000000) %}{% endfor %}",
        "{{ raise_exception('no') }}",
        "{{ messages[0].content.nothing.at.all }}",
        "{{ 1 / 0 }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_hostile_template_does_nothing_but_fail(source):
    try:
        made = render(source, ("user", "SECRET"))
    except TemplateError as fault:
        made = str(fault)
    # Jinja answers some forbidden attributes with an undefined value, which prints nothing.
    assert "SECRET" not in made
    assert "class" not in made


@given(st.text("<a>/sq ", max_size=20))
def test_no_special_token_survives(text):
    specials = ["<a>", "<q>", "</s>", "<s>", "  "]
    made = neutraliser(specials)(text)
    assert not any(special in made for special in specials if special.strip())
    assert made.replace(" ", "") in {text.replace(" ", ""), made.replace(" ", "")}


def test_text_without_special_tokens_is_left_alone():
    assert neutraliser(["<a>"])("a < b, 银行") == "a < b, 银行"
    assert neutraliser([])("<a>") == "<a>"
