"""Every fault of the engine and its client, under one base class.

Messages hold sizes, counts, states and digests; never a prompt, an answer or a token's text.
"""


class EngineError(Exception):
    """Base of every fault of this package. `code` is what the HTTP answer carries."""

    code = "engine_error"


class ModelLoadError(EngineError):
    """llama.cpp would not load the file, or the model is of a kind that we cannot drive."""

    code = "model_load"


class NotEnoughMemoryError(ModelLoadError):
    """The estimate says that the model does not fit."""

    code = "not_enough_memory"

    def __init__(self, need: int, have: int) -> None:
        """Both in bytes."""
        super().__init__(f"got {have >> 20} MiB of free memory, want {need >> 20} MiB")
        self.need = need
        self.have = have


class TemplateError(ModelLoadError):
    """The model's chat template does not parse or render."""

    code = "template"


class DecodeError(EngineError):
    """llama_decode failed; the step's jobs are lost, the engine goes on."""

    code = "decode"


class BadRequestError(EngineError):
    """A request is malformed or over a limit."""

    code = "bad_request"


class TooLongError(BadRequestError):
    """A request would not fit the context even alone."""

    code = "too_long"

    def __init__(self, got: int, want: int) -> None:
        """Both in tokens."""
        super().__init__(f"got a request of {got} tokens, want at most {want}")


class EngineBusyError(EngineError):
    """The queue is full: come back later."""

    code = "busy"

    def __init__(self, retry_after_s: int) -> None:
        """`retry_after_s`: an estimate from the last jobs."""
        super().__init__(f"got a full queue, want to be asked again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class EngineTimeoutError(EngineError):
    """The deadline passed before the answer was complete."""

    code = "timeout"


class EngineUnavailableError(EngineError):
    """No engine answers, or it has no model."""

    code = "unavailable"


class CancelledError(EngineError):
    """The caller went away."""

    code = "cancelled"


# The names that callers outside this package use.
EngineBusy = EngineBusyError
EngineTimeout = EngineTimeoutError
EngineUnavailable = EngineUnavailableError
