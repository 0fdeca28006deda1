"""The model and its context in llama.cpp: load, decode a step, read logits, forget.

Everything here but `vocabulary` belongs to one thread, the scheduler's.
"""

import ctypes
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.errors import DecodeError, ModelLoadError
from models.engine.native import llama_cpp
from models.engine.sampling import Logits
from models.engine.steps import Row
from models.engine.template import ChatTemplate
from models.engine.vocabulary import Vocabulary

_log = logging.getLogger(__name__)
_TEMPLATE_BYTES = 2**20
# GGML_LOG_LEVEL_ERROR in ggml.h; llama_cpp does not export it.
_ERROR_LEVEL = 4


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`cells`: tokens held at once, over all sequences. `batch`: tokens in a step.

    `outputs`: rows of logits in a step; they cost memory, vocabulary x 4 bytes each.
    """

    threads: int = 2
    cells: int = 8192
    batch: int = 512
    sequences: int = 64
    outputs: int = 512


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]  # a ctypes prototype
def _on_log(level: int, text: bytes, _data: object) -> None:
    # Errors only: they speak of tensors and cells. A prompt is never among them.
    if level == _ERROR_LEVEL:
        _log.error("llama.cpp: %s", text.decode("utf-8", "replace").strip())


class Backend:
    """One loaded model with one context."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Load. Raises: ModelLoadError."""
        llama_cpp.llama_log_set(_on_log, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self.limits = limits
        self._model = self._load(path)
        self._context: Any = None
        self._batch: Any = None
        try:
            self._refuse_strange_kinds()
            self._context = self._open()
        except ModelLoadError:
            self.close()
            raise
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(limits.batch, 0, limits.sequences)
        self.vocabulary = Vocabulary(self._model)
        self.longest = min(limits.cells, llama_cpp.llama_model_n_ctx_train(self._model))

    @property
    def parameters(self) -> int:
        return int(llama_cpp.llama_model_n_params(self._model))

    def template(self) -> ChatTemplate:
        """Return the model's own chat template. Raises: TemplateError."""
        source: bytes = llama_cpp.llama_model_chat_template(self._model, None) or b""
        words = self.vocabulary
        return ChatTemplate(
            source[:_TEMPLATE_BYTES].decode("utf-8", "replace"),
            bos=words.text(words.bos),
            eos=words.text(words.eos),
        )

    def decode(self, rows: Sequence[Row]) -> Logits:
        """Evaluate one step.

        Requires: at most `limits.batch` rows, each sequence's positions without a gap.
        Returns:  (number of rows that want, vocabulary), in their order; a view that the
                  next call overwrites.
        Raises:   DecodeError.
        """
        self._fill(rows)
        status = llama_cpp.llama_decode(self._context, self._batch)
        if status != 0:
            raise DecodeError(f"llama_decode: got {status} for {len(rows)} tokens, want 0")
        wanted = sum(row.wants for row in rows)
        if not wanted:
            return np.empty((0, self.vocabulary.size), dtype=np.float32)
        # Outputs lie in the order of the batch, without gaps.
        first = llama_cpp.llama_get_logits(self._context)
        return np.ctypeslib.as_array(first, shape=(wanted, self.vocabulary.size))

    def forget(self, sequence: int, start: int = 0) -> None:
        """Drop a sequence's cells from position `start` on."""
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def wipe(self) -> None:
        """Drop all cells and overwrite them: what customers asked does not stay in memory."""
        llama_cpp.llama_memory_clear(self._memory, True)

    def close(self) -> None:
        if self._batch is not None:
            llama_cpp.llama_batch_free(self._batch)
            self._batch = None
        if self._context is not None:
            llama_cpp.llama_free(self._context)
            self._context = None
        if self._model is not None:
            llama_cpp.llama_model_free(self._model)
            self._model = None

    def _load(self, path: Path) -> Any:
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = 0
        parameters.check_tensors = True
        model = llama_cpp.llama_model_load_from_file(os.fsencode(path), parameters)
        if model is None:
            raise ModelLoadError(f"got a file that llama.cpp does not load: {path.name}")
        return model

    def _refuse_strange_kinds(self) -> None:
        """Shared prefixes need attention with a cache of cells, decoded left to right."""
        strange = {
            "recurrent": llama_cpp.llama_model_is_recurrent(self._model),
            "hybrid": llama_cpp.llama_model_is_hybrid(self._model),
            "diffusion": llama_cpp.llama_model_is_diffusion(self._model),
            "encoder": llama_cpp.llama_model_has_encoder(self._model),
        }
        kinds = [name for name, is_so in strange.items() if is_so]
        if kinds or not llama_cpp.llama_model_has_decoder(self._model):
            raise ModelLoadError(f"got a model of kind {kinds or 'encoder'}, want a plain decoder")

    def _open(self) -> Any:
        limits = self.limits
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = limits.cells
        parameters.n_batch = parameters.n_ubatch = limits.batch
        parameters.n_seq_max = limits.sequences
        parameters.n_outputs_max = limits.outputs
        # 0: as many as the step; the default of one a sequence cannot score.
        parameters.n_outputs_max_per_seq = 0
        parameters.n_threads = parameters.n_threads_batch = limits.threads
        # One pool of cells, so that a cell may belong to several sequences.
        parameters.kv_unified = True
        context = llama_cpp.llama_init_from_model(self._model, parameters)
        if context is None:
            raise ModelLoadError(f"got no context of {limits.cells} cells from llama.cpp, want one")
        return context

    def _fill(self, rows: Sequence[Row]) -> None:
        batch, count = self._batch, len(rows)
        if not 0 < count <= self.limits.batch:
            raise DecodeError(f"got a step of {count} tokens, want 1 to {self.limits.batch}")
        outputs = sum(row.wants for row in rows)
        # One more and llama.cpp aborts the process.
        if outputs > self.limits.outputs:
            raise DecodeError(f"got {outputs} rows of logits, want at most {self.limits.outputs}")
        batch.n_tokens = count
        _array(batch.token, count, np.int32)[:] = [row.token for row in rows]
        _array(batch.pos, count, np.int32)[:] = [row.position for row in rows]
        _array(batch.n_seq_id, count, np.int32)[:] = [len(row.sequences) for row in rows]
        _array(batch.logits, count, np.int8)[:] = [row.wants for row in rows]
        for index, row in enumerate(rows):
            slots = batch.seq_id[index]
            for place, sequence in enumerate(row.sequences):
                slots[place] = sequence


def _array(pointer: Any, count: int, dtype: type) -> NDArray[Any]:
    return np.ctypeslib.as_array(pointer, shape=(count,)).view(dtype)
