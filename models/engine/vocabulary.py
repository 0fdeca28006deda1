"""Between text and tokens, through llama.cpp's tokenizer."""

import ctypes
from typing import Any

from models.engine.errors import BadRequestError
from models.engine.native import llama_cpp
from models.engine.template import neutraliser

_SPECIAL = (
    llama_cpp.LLAMA_TOKEN_ATTR_CONTROL
    | llama_cpp.LLAMA_TOKEN_ATTR_USER_DEFINED
    | llama_cpp.LLAMA_TOKEN_ATTR_UNKNOWN
)


class Vocabulary:
    """A model's tokens. Reading only: safe from several threads."""

    def __init__(self, model: Any) -> None:
        self._vocab = llama_cpp.llama_model_get_vocab(model)
        self.size: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self._adds_eos: bool = llama_cpp.llama_vocab_get_add_eos(self._vocab)
        eot = llama_cpp.llama_vocab_eot(self._vocab)
        self.eos: int = llama_cpp.llama_vocab_eos(self._vocab)
        # Chat models close a turn with a token of their own.
        self.end: int = eot if eot >= 0 else self.eos
        self.neutral = neutraliser(self._specials())

    def tokenise(self, text: str) -> tuple[int, ...]:
        """Tokens of a rendered prompt, its special tokens recognised, no closing token.

        Raises: BadRequestError if the text is no UTF-8 (a lone surrogate).
        """
        try:
            data = text.encode()
        except UnicodeEncodeError as fault:
            raise BadRequestError("got text that is not Unicode, want UTF-8") from fault
        room = len(data) + 8
        tokens = (llama_cpp.llama_token * room)()
        vocab = self._vocab
        count = llama_cpp.llama_tokenize(vocab, data, len(data), tokens, room, True, True)
        if count < 0:
            raise BadRequestError(f"got {-count} tokens from {len(data)} bytes, want fewer")
        found = tuple(tokens[:count])
        return found[:-1] if self._adds_eos and found and found[-1] == self.eos else found

    def piece(self, token: int) -> bytes:
        """Return the bytes of one token, nothing for a special one."""
        buffer = ctypes.create_string_buffer(256)
        length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, 256, 0, False)
        return buffer.raw[: max(0, length)]

    def text(self, token: int) -> str:
        """Return a token's entry in the vocabulary, "" if there is no such token."""
        if token < 0:
            return ""
        entry: bytes = llama_cpp.llama_vocab_get_text(self._vocab, token) or b""
        return entry.decode("utf-8", "replace")

    def is_end(self, token: int) -> bool:
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    @property
    def bos(self) -> int:
        return int(llama_cpp.llama_vocab_bos(self._vocab))

    def _specials(self) -> list[str]:
        attribute = llama_cpp.llama_vocab_get_attr
        special = (t for t in range(self.size) if attribute(self._vocab, t) & _SPECIAL)
        return [self.text(token) for token in special]
