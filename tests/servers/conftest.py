"""Real servers, one of each for a module."""

import pytest

from tests.kit.servers.dovecot import Dovecot
from tests.kit.servers.nginx import Nginx
from tests.kit.servers.postfix import Postfix


@pytest.fixture(scope="module")
def postfix():
    """A Postfix that the tests of a module share."""
    with Postfix() as server:
        yield server


@pytest.fixture(scope="module")
def dovecot():
    """A Dovecot that the tests of a module share."""
    with Dovecot() as server:
        yield server


@pytest.fixture(scope="module")
def nginx():
    """An nginx that the tests of a module share."""
    with Nginx() as server:
        yield server
