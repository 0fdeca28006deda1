import contextlib
from functools import lru_cache

import pytest

from audit.evidence import verify_pack
from audit.queries import tree_state
from tests.audit.evidence.packs import export
from tests.audit.writing import integrate, write


@pytest.fixture(autouse=True, scope="module")
def _remembered_signatures():
    """The same few signatures are checked a hundred times: 10 ms each in pure Python."""
    patch = pytest.MonkeyPatch()
    for algorithm, verify in verify_pack.VERIFY.items():
        patch.setitem(verify_pack.VERIFY, algorithm, lru_cache(verify))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def kept(database, django_db_blocker, tmp_path_factory):
    """A folder with a pack of 300 entries and checkpoints taken before and after it."""
    folder = tmp_path_factory.mktemp("packs")

    @contextlib.contextmanager
    def as_role(service):
        database.login(service)
        yield
        database.login("web")

    def take(count, name):
        write(count)
        integrate(as_role)
        (folder / f"{name}.anchor").write_text(tree_state().note, "utf-8")
        with as_role("operator"):
            export(folder / f"{name}.zip")

    with django_db_blocker.unblock():
        for count, name in [(100, "first"), (57, "second"), (141, "pack"), (20, "later")]:
            take(count, name)
        database.clone()
    return folder


@pytest.fixture
def sound(kept):
    return kept / "pack.zip"
