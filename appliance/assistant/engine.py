"""The process's own client of the inference engine."""

from functools import cache

from appliance.config import config
from models.engine.client import EngineClient


@cache
def engine() -> EngineClient:
    """Made on first use; the token is read from its file, never from the environment."""
    path = config().secrets / "engine.token"
    token = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    return EngineClient(socket=config().engine_socket, token=token, timeout_s=10.0)
