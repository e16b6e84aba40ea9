"""The dialogue of a tls check: none."""

from gslb.model.observations import Passed
from gslb.probes.dialogue.tls import tls
from tests.kit.script import Script


def test_a_handshake_is_all_there_is():
    """Nothing is said and nothing is waited for."""
    Script(tls()).concludes(Passed()).says().ends()
