"""The one door to probing: one target, one deadline, one observation.

The deadline stands around the whole prober, here and nowhere else; the journal moves it nearer for phases that have a
limit of their own, and past the verdict for the farewell. What a timeout means depends on the phase it fell in.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Final, TypeAlias

from gslb.model.checks import (
    CheckSettings,
    HttpSettings,
    ImapSettings,
    LdapSettings,
    LmtpSettings,
    Pop3Settings,
    RelaySettings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsCheckSettings,
    TlsSettings,
)
from gslb.model.limits import LIMITS
from gslb.model.observations import Failed, Inconclusive, Observation, Phase, Reason
from gslb.model.plain import AgentSettings, DnsSettings, ExecSettings, FileSettings, TcpSettings
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.targets import Target
from gslb.model.values import TlsMode
from gslb.probes import certificates, rote
from gslb.probes.command import probe_exec
from gslb.probes.contexts import GUARDED, PLAIN_TERMS, context_of, forget_contexts, terms_of
from gslb.probes.deadline import Deadline
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.text import TEXT_LIMIT, shown
from gslb.probes.directory import probe_ldap
from gslb.probes.faults import StreamFault
from gslb.probes.feedback import probe_agent
from gslb.probes.journal import Journal, Peer
from gslb.probes.logins import Logins
from gslb.probes.mail import (
    probe_imap,
    probe_lmtp,
    probe_pop3,
    probe_relay,
    probe_sieve,
    probe_smtp,
    probe_submission,
    probe_tcp,
    probe_tls,
)
from gslb.probes.name_server import probe_dns
from gslb.probes.reporting import observation_of
from gslb.probes.roundtrip import probe_roundtrip
from gslb.probes.web import probe_web
from gslb.probes.word_file import probe_file

Prober = Callable[[Target, Journal], Awaitable[None]]


async def probe(
    target: Target,
    *,
    name: str | None,
    now: Callable[[], float] = time.time,
    transcript: Callable[[str], None] | None = None,
    logins: Logins | None = None,
    turn: int = 0,
    seen: Callable[[Peer], None] | None = None,
) -> Observation:
    """Probe once. Never raises for what a peer does; a bug of ours is inconclusive (local_bug). `now`: Unix time.

    `name` is said in EHLO; None: the address literal of the local address. Ends within the target's timeout + 1.2 s.
    Cancellation is passed on, with the connection dropped. `logins` must live as long as the caller, or nothing guards
    accounts against lockout; `turn` counts the runs of this target (a relay check has several forms, in rotation).
    `seen` is called with the stream, where there was one, before it is dropped.
    """
    journal = Journal(
        target.timing.timeout,
        now=now,
        name=name,
        transcript=transcript,
        logins=logins or Logins(),
        turn=turn,
        limits=getattr(target.settings, "limits", LIMITS),
    )
    limit = Deadline(journal.first_limit)
    started = now()
    try:
        with limit:
            journal.watch(limit, greeting_reserve=_greeting_reserve(target))
            await PROBERS[type(target.settings)](target, journal)
    except TimeoutError as error:
        journal.conclude(_late(target, journal) if limit.expired() else _bug(journal, error))
    except StreamFault as fault:
        if fault.notice is not None:
            journal.note(fault.notice)
        journal.conclude(Conclusion(outcome=fault.outcome(journal.phase), text=fault.text[:TEXT_LIMIT]))
    except Exception as error:  # noqa: BLE001 - a bug in a prober must not take a member out
        journal.conclude(_bug(journal, error))
    finally:
        if journal.stream is not None:
            if seen is not None:
                seen(journal.stream)
            journal.stream.abort()
    journal.finish()
    return observation_of(target, journal, started)


def prepare(targets: Iterable[Target]) -> tuple[str, ...]:
    """Build what probes share (the TLS context, the trust stores) before any runs: reading them blocks the loop.

    To be called at start and at each reload: CA files are read anew. Answers with what is wrong, one text each.
    """
    certificates.forget_trust()
    forget_contexts()
    rote.forget()
    context_of(PLAIN_TERMS, None)
    wrong = []
    for (ca_file, legacy, *ours), guarded in {each for target in targets for each in _uses(target.settings)}:
        tls = TlsSettings(legacy=legacy, client_certificate=ours[0], client_key=ours[1])
        try:
            certificates.trust_of(ca_file)
            context_of(terms_of(GUARDED if guarded else PLAIN_TERMS, tls), ca_file if guarded else None)
        except StreamFault as fault:
            wrong.append(fault.text)
    return tuple(sorted(set(wrong)))


_Use: TypeAlias = tuple[tuple[str | None, bool, str | None, str | None], bool]


def _uses(settings: CheckSettings) -> Iterator[_Use]:
    """What the context of a dialogue depends on, and whether a login follows."""
    guarded = any(getattr(settings, name, None) is not None for name in ("credentials", "login"))
    for name in ("tls", "fetch_tls"):
        if (tls := getattr(settings, name, None)) is not None:
            yield (tls.ca_file, tls.legacy, tls.client_certificate, tls.client_key), guarded


PROBERS: Final[dict[type, Prober]] = {
    TcpSettings: probe_tcp,
    TlsCheckSettings: probe_tls,
    SmtpSettings: probe_smtp,
    SubmissionSettings: probe_submission,
    ImapSettings: probe_imap,
    Pop3Settings: probe_pop3,
    LmtpSettings: probe_lmtp,
    SieveSettings: probe_sieve,
    RelaySettings: probe_relay,
    HttpSettings: probe_web,
    DnsSettings: probe_dns,
    LdapSettings: probe_ldap,
    ExecSettings: probe_exec,
    FileSettings: probe_file,
    AgentSettings: probe_agent,
    RoundtripSettings: probe_roundtrip,
}

# what a timeout and a bug mean

_LATE: Final = {
    Phase.CONNECT: Reason.CONNECT_TIMEOUT,
    Phase.TLS: Reason.TLS_TIMEOUT,
    Phase.TLS_UPGRADE: Reason.TLS_TIMEOUT,
    Phase.GREETING: Reason.GREETING_TIMEOUT,
    Phase.HELLO: Reason.REPLY_TIMEOUT,
    Phase.STARTTLS: Reason.REPLY_TIMEOUT,
    Phase.HELLO2: Reason.REPLY_TIMEOUT,
    Phase.AUTH: Reason.REPLY_TIMEOUT,
    Phase.COMMAND: Reason.REPLY_TIMEOUT,
    Phase.FIRST_BYTE: Reason.REPLY_TIMEOUT,
}
_TLS_PORTS: Final = (465, 993, 995)


def _late(target: Target, journal: Journal) -> Conclusion:
    phase = journal.phase
    pending = journal.stream.buffer if journal.stream is not None else bytearray()
    reason = _LATE.get(phase, Reason.DEADLINE)
    if pending.endswith(b"\r"):
        reason = Reason.PROTOCOL_ERROR  # a peer that ends its lines in CR alone
    settings = getattr(target.settings, "tls", None)
    if phase is Phase.GREETING and target.port in _TLS_PORTS and settings and settings.mode is not TlsMode.IMPLICIT:
        journal.note(Reason.TLS_PORT_SPOKEN_PLAIN)
    return Conclusion(outcome=Failed(phase, reason), text=shown(pending))


def _bug(journal: Journal, error: Exception) -> Conclusion:
    text = f"{type(error).__name__}: {error}"
    return Conclusion(
        outcome=Inconclusive(journal.phase, Reason.LOCAL_BUG), text=shown(text.encode("utf-8", "replace"))
    )


def _greeting_reserve(target: Target) -> float:
    """SMTP greetings may take long by policy, and leave a second for the rest (probes.md 1.3)."""
    patient = isinstance(target.settings, SmtpSettings | SubmissionSettings | LmtpSettings | RelaySettings)
    return min(1.0, target.timing.timeout / 4) if patient else 0.0
