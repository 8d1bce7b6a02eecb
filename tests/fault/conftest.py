"""One school is founded for all storms; each works on a copy of it, or on the one server that all share."""

import json
import shutil

import pytest

from tests.command import script

from .server import FACTS, Server, found


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    return found(tmp_path_factory.mktemp("founded") / "data")


@pytest.fixture(scope="session")
def facts(founded) -> dict[str, int]:
    """What a report names: a place and a fault type, the same in every copy."""
    return json.loads(script(founded, FACTS).out)


@pytest.fixture(scope="session")
def server(founded, tmp_path_factory):
    """For whoever neither kills it nor takes anything away from it."""
    server = Server(shutil.copytree(founded, tmp_path_factory.mktemp("shared") / "data"))
    server.start()
    yield server
    assert server.stop() == 0
