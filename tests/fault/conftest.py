"""One school is founded for all storms; each works on a copy of it."""

import pytest

from .server import found


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    return found(tmp_path_factory.mktemp("founded") / "data")
