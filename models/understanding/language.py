"""Chinese, English or other, from scripts and the commonest little words.

A message of a bank's customer is short and mixed ("我的card丢了"): Han characters weigh more
than Latin letters, and only clear words of another language make a Latin text "other".
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

Language = Literal["zh", "en", "other"]

_PLACEHOLDER: Final = re.compile(r"<[a-z0-9_]+>")
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN: Final = re.compile("[a-z\u00df-\u024f]")
_KANA_HANGUL: Final = re.compile("[\u3041-\u30fa\uac00-\ud7af]")
# Cyrillic, Hebrew, Arabic, Devanagari to Khmer, Greek.
_OTHER_SCRIPT: Final = re.compile("[\u0370-\u06ff\u0900-\u17ff]")
_WORD: Final = re.compile("[a-z\u00df-\u024f']+")
# A Han character says about as much as three letters.
_HAN_WEIGHT: Final = 3
_ENGLISH: Final = frozenset(
    _WORD.findall(
        "the a an i my me you your is are was do does did can could how what when where why who "
        "to of for in on at and or not it this that have has with from will would please"
    )
)
_FOREIGN: Final = frozenset(
    _WORD.findall(
        # German, French, Spanish, Italian, Portuguese, Dutch, Polish: none is an English word.
        "ich nicht und ist das der mein meine wie kann ein eine für mit haben bitte wo "
        "je le les est mon ma mes comment pas une des vous où puis avec pour votre carte "
        "el los las mi cómo una por qué puedo tengo está con tarjeta para cuenta "
        "il che di mia mio sono come posso della perché ho conto "
        "não meu minha você cartão uma conta posso está "
        "ik het een niet mijn hoe heb van kan rekening "
        "nie jest jak moja mój się czy na karta proszę"
    )
)


def _of(text: str) -> Language | None:
    plain = _PLACEHOLDER.sub(" ", text)
    han = len(_HAN.findall(plain)) * _HAN_WEIGHT
    latin = len(_LATIN.findall(plain))
    kana = len(_KANA_HANGUL.findall(plain)) * _HAN_WEIGHT
    strange = len(_OTHER_SCRIPT.findall(plain))
    if not han + latin + kana + strange:
        return None
    if kana * 3 > han or strange > han + latin:
        return "other" if kana + strange else "zh"
    return "zh" if han >= latin else _latin_language(plain)


def _latin_language(plain: str) -> Language:
    words = _WORD.findall(plain)
    foreign = sum(word in _FOREIGN for word in words)
    english = sum(word in _ENGLISH for word in words)
    return "other" if foreign > english and foreign * 4 >= len(words) else "en"


def language_of(text: str, *, earlier: Sequence[str] = ()) -> Language:
    """The language of a folded text; without letters, of the last earlier one that has any.

    Chinese where nothing says anything: the installed default of the interface.
    """
    for candidate in (text, *reversed(earlier)):
        found = _of(candidate)
        if found is not None:
            return found
    return "zh"
