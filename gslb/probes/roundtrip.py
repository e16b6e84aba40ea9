"""A message sent and waited for: the prober of roundtrip (probes.md 1.15), in two conversations one after the other.

phase      what
submit     the whole way out, on its own connection; whatever breaks there falls here
connect …  the way to the mailbox, as of any imap check
deliver    the wait for the message
cleanup    deleting it, and what runs before this one left behind

Delivery spans several servers, and which of them is to blame is guesswork: what fails is a notice, unless the check
says otherwise (`gslb.probes.reporting`).
"""

import secrets
import string
from dataclasses import replace
from typing import Final

from gslb.model.checks import ImapSettings
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.targets import Target
from gslb.probes.contexts import GUARDED
from gslb.probes.deadline import Deadline
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.roundtrip_fetch import Search, fetch
from gslb.probes.dialogue.roundtrip_message import message
from gslb.probes.dialogue.roundtrip_submit import submit
from gslb.probes.dialogue.text import TEXT_LIMIT
from gslb.probes.faults import StreamFault
from gslb.probes.journal import Journal
from gslb.probes.lines import converse
from gslb.probes.logins import login_for

SUBMIT_LIMIT: Final = 30.0
"""Seconds for the way out, at most."""


async def probe_roundtrip(target: Target, journal: Journal) -> None:
    """Send, wait, delete. Raises StreamFault for what breaks on the way to the mailbox."""
    settings = target.settings
    if not isinstance(settings, RoundtripSettings):
        raise TypeError(f"not a round trip: {settings.type}")
    token, sent = secrets.token_hex(16), journal.now()
    journal.enter(Phase.SUBMIT)
    submitted = await _submitted(target, settings, journal, message(settings.mailbox, token, sent))
    if not isinstance(submitted.outcome, Passed):
        outcome = replace(submitted.outcome, phase=Phase.SUBMIT)
        journal.conclude(replace(submitted, outcome=outcome))
        return
    store, search = _store(target, settings), Search(token=token, max_latency=settings.max_latency, now=sent)
    tag = "".join(secrets.choice(string.ascii_lowercase) for _ in range(4))
    with login_for(target, settings.fetch_credentials, journal) as entry:
        begun = fetch(_mailbox(settings), tag, search, entry)
        await converse(store, lambda _: begun, journal, settings.fetch_tls, terms=GUARDED)


def _mailbox(settings: RoundtripSettings) -> ImapSettings:
    return ImapSettings(
        port=settings.fetch_port,
        tls=settings.fetch_tls,
        credentials=settings.fetch_credentials,
        proxy=settings.fetch_proxy,
    )


def _store(target: Target, settings: RoundtripSettings) -> Target:
    """Where the mailbox is; from an address of our own only where the families agree."""
    address = settings.fetch_address or target.address
    source = target.source if target.source is None or target.source.version == address.version else None
    return replace(target, address=address, source=source, settings=_mailbox(settings))


async def _submitted(target: Target, settings: RoundtripSettings, journal: Journal, text: bytes) -> Conclusion:
    """The way out, in a journal and by a deadline of its own; what it noticed is kept."""
    own = Journal(
        min(SUBMIT_LIMIT, journal.timeout),
        now=journal.now,
        name=journal.name,
        transcript=journal.transcript,
        logins=journal.logins,
        limits=journal.limits,
    )
    limit = Deadline(own.first_limit)
    try:
        with limit, login_for(target, settings.credentials, own) as entry:
            own.watch(limit)
            name = settings.helo_name
            await converse(
                target, lambda ours: submit(settings, name or ours, text, entry), own, settings.tls, terms=GUARDED
            )
    except TimeoutError:
        if not limit.expired():
            raise
        late = Reason.CONNECT_TIMEOUT if own.phase is Phase.CONNECT else Reason.REPLY_TIMEOUT
        own.conclude(Conclusion(outcome=Failed(own.phase, late)))
    except StreamFault as fault:
        own.conclude(Conclusion(outcome=fault.outcome(own.phase), text=fault.text[:TEXT_LIMIT]))
    finally:
        if own.stream is not None:
            own.stream.abort()
    journal.tls, journal.tls_phase = own.tls, own.tls_phase
    for notice in own.notices:
        journal.note(notice)
    conclusion = own.conclusion or Conclusion(outcome=Passed())
    return replace(conclusion, text=own.masked(conclusion.text))
