"""A message sent through a real Postfix into a real Dovecot, and fetched there."""

import imaplib
import ssl
import time
from dataclasses import replace

import pytest

from gslb.model.observations import Degraded, Passed, Phase, Reason
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.values import TlsMode
from gslb.probes.dialogue.roundtrip_message import message
from tests.kit.logins import CREDENTIALS, WORD, logins
from tests.kit.servers.looking import look, phases, trusting
from tests.kit.servers.mailstore import USER, DeliveringPostfix, MailStore

pytestmark = pytest.mark.servers

MAILBOX = "probe@example.com"
DAY = 86_400


@pytest.fixture(scope="module")
def store():
    """A Dovecot."""
    with MailStore() as server:
        yield server


@pytest.fixture(scope="module")
def relay(store):
    """A Postfix that delivers into it."""
    with DeliveringPostfix(store) as server:
        yield server


def round_trip(relay, store, **keys):
    """The check of both."""
    return RoundtripSettings(
        port=relay.ports["submission"],
        tls=trusting(relay, TlsMode.STARTTLS),
        mailbox=MAILBOX,
        credentials=CREDENTIALS,
        fetch_port=store.ports["imaps"],
        fetch_credentials=CREDENTIALS,
        **{"fetch_tls": trusting(store, TlsMode.IMPLICIT), "max_latency": 15.0, **keys},
    )


@pytest.fixture
def inbox(store):
    """The mailbox, opened by another client."""
    context = ssl.create_default_context(cafile=str(store.certificates.ca_file))
    context.check_hostname = False
    with imaplib.IMAP4_SSL("127.0.0.1", store.ports["imaps"], ssl_context=context) as client:
        client.login(USER, WORD)
        client.select("INBOX")
        yield client
        client.close()


def subjects(inbox):
    """What lies in it."""
    inbox.noop()
    found = inbox.search(None, "ALL")[1][0].split()
    texts = [inbox.fetch(each, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0][1] for each in found]
    return [text.decode().removeprefix("Subject: ").strip() for text in texts]


async def test_a_message_goes_out_arrives_and_is_deleted(relay, store, inbox):
    """What others have there stays, and old messages of our own go."""
    now = time.time()
    inbox.append("INBOX", None, None, b"Subject: mine\r\n\r\nhello\r\n")
    inbox.append("INBOX", None, imaplib.Time2Internaldate(now - 4 * DAY), message(MAILBOX, "old", now - 4 * DAY))
    inbox.append("INBOX", None, None, message(MAILBOX, "young", now))

    before = subjects(inbox)
    seen = await look(round_trip(relay, store), deadline=25, logins=logins())
    assert (seen.outcome, seen.notices) == (Passed(), ())
    assert {Phase.SUBMIT, Phase.DELIVER, Phase.CLEANUP} <= set(phases(seen))
    assert subjects(inbox) == [subject for subject in before if " old " not in subject]
    assert len(subjects(inbox)) == len(before) - 1


async def test_a_wrong_password_sends_nothing_and_none_goes_to_a_server_of_another_name(relay, store):
    """Neither on the way out nor on the way back."""
    refused = await look(round_trip(relay, store), deadline=20, logins=logins("wrong-word"))
    strange = replace(trusting(store, TlsMode.IMPLICIT), server_name="other.example.com")
    back = await look(round_trip(relay, store, fetch_tls=strange), deadline=20, logins=logins())

    assert refused.outcome == Degraded(Phase.SUBMIT, Reason.AUTH_REJECTED)
    assert back.outcome == Degraded(Phase.TLS, Reason.CERT_NAME)
