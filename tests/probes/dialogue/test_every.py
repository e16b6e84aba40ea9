"""The law of all dialogues: whatever bytes come, in whatever pieces, there is one verdict, and the end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.model.checks import ImapSettings, LdapSettings, RelaySettings, TlsCheckSettings, TlsSettings
from gslb.model.plain import AgentSettings, TcpSettings
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.values import TlsMode
from gslb.probes.dialogue.agent import agent
from gslb.probes.dialogue.ldap import ldap
from gslb.probes.dialogue.relay import relay
from gslb.probes.dialogue.roundtrip_fetch import Search, fetch
from gslb.probes.dialogue.roundtrip_message import message
from gslb.probes.dialogue.roundtrip_submit import submit
from gslb.probes.dialogue.tcp import tcp
from gslb.probes.dialogue.tls import tls
from gslb.probes.run import PROBERS
from tests.kit.dialogues import SESSIONS
from tests.kit.logins import CREDENTIALS, LOGIN
from tests.kit.script import Script

IMPLICIT = TlsSettings(mode=TlsMode.IMPLICIT)
TRIP = RoundtripSettings(tls=IMPLICIT, mailbox="a@example.com", credentials=CREDENTIALS, fetch_credentials=CREDENTIALS)
SEARCH = Search(token="tok", max_latency=5.0, now=0.0)
RELAY = RelaySettings(tls=TlsSettings(), foreign_domain="f.example", sender_domain="s.example")
OTHERS = {
    "relay": lambda: relay(RELAY, "p"),
    "tcp": lambda: tcp(TcpSettings(port=1, send=b"x", expect=(b"220", b"ok"), reject=(b"no",), quit=b"q")),
    "tls": lambda: tls(TlsCheckSettings(port=1), None),
    "agent": lambda: agent(AgentSettings(port=1, send=b"x")),
    "ldap": lambda: ldap(LdapSettings(tls=IMPLICIT, credentials=CREDENTIALS), LOGIN),
    "roundtrip": lambda: submit(TRIP, "p", message("a@example.com", "tok", 0.0), LOGIN),
    "roundtrip-fetch": lambda: fetch(ImapSettings(tls=IMPLICIT), "tag", SEARCH, LOGIN),
}
DIALOGUES = {**{session.name: session.dialogue for session in SESSIONS}, **OTHERS}
WITHOUT = {"http", "dns", "exec", "file"}
"""Types that speak no dialogue of ours: tests of their own hold the same law."""

SCRAPS = (
    b"220 x\r\n",
    b"250-STARTTLS\r\n",
    b"250 AUTH PLAIN\r\n",
    b"235 in\r\n",
    b"250 ok\r\n",
    b"354 go\r\n",
    b"421 no\r\n",
    b"* OK x\r\n",
    b"* OK [CAPABILITY SASL-IR AUTH=PLAIN] x\r\n",
    b"* SEARCH 7\r\n",
    b"* BYE x\r\n",
    b"{9}\r\n",
    b"+ \r\n",
    *(b"tag%d OK x\r\n" % number for number in range(1, 9)),
    b"+OK\r\n",
    b"-ERR [IN-USE] x\r\n",
    b".\r\n",
    b"\n",
    b"\r",
    b"\0",
    b'"SASL" "PLAIN"\r\n',
    b'OK "x"\r\n',
    b"NO {3}\r\n",
    b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00",
    b"\x30\x84\xff\xff\xff\xff",
    b"up 50%\n",
    b"ok",
)


def test_every_type_that_speaks_is_here():
    """A new one cannot be forgotten."""
    spoken = {name.partition("-")[0] for name in DIALOGUES}

    assert spoken == {kind.type for kind in PROBERS} - WITHOUT


@pytest.mark.parametrize("name", DIALOGUES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_bytes_in_any_pieces_have_one_verdict(name, data):
    """And any split has the same; `Script` refuses a second one."""
    whole = b"".join(data.draw(st.lists(st.sampled_from(SCRAPS) | st.binary(max_size=40), max_size=25)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    split, at_once = Script(DIALOGUES[name]()), Script(DIALOGUES[name]()).receives(whole).hangs_up()
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        split.receives(whole[start:end])
    split.hangs_up()

    assert split.fault is not None or (split.returned is not None and split.returned == split.concluded)
    assert split.told() == at_once.told()


@pytest.mark.parametrize("name", DIALOGUES)
@settings(max_examples=20, deadline=None)
@given(scrap=st.sampled_from(SCRAPS))
def test_the_same_again_and_again_comes_to_an_end(name, scrap):
    """Long before the session's own bound, and without the peer's having to close."""
    script = Script(DIALOGUES[name]())
    for _ in range(20):
        script.receives(scrap * (4096 // len(scrap)))
        if script.returned is not None or script.fault is not None:
            return
    assert name in ("tcp", "ldap", "agent", "roundtrip", "roundtrip-fetch") or b"\n" not in scrap
