import pytest

from audit import wiring
from tests.audit.test_checkpoint import ORIGIN, SIGNERS


@pytest.fixture
def wired(tmp_path):
    """This process as an installation with keys and a folder for the tree's files."""
    from uuid import UUID

    before = list(wiring._current)
    wiring.configure(
        installation_id=UUID(ORIGIN.removeprefix("strongroom/")),
        signers=SIGNERS,
        log_dir=tmp_path / "tree",
    )
    yield wiring.current()
    wiring._current[:] = before
