"""What a session has offered, before TLS and after it, and whether that keeps the rules of the check (probes.md 1.6.3).

Names of rules are compared without case with these words, of whichever protocol:

    STARTTLS, STLS, LOGINDISABLED, …   a capability as it stands
    AUTH, SASL                         any mechanism at all; a list that is empty offers none
    AUTH=PLAIN, SASL=PLAIN             that mechanism
    SIZE>=N                            a limit of at least N octets, or none (RFC 1870)
    A|B                                either
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gslb.model.checks import CapRule
from gslb.model.observations import Degraded, Failed, Outcome, Phase, Reason
from gslb.model.values import CapWhen, TlsMode
from gslb.probes.dialogue.commands import Conclusion, Note, Offered, StartTls, Steps
from gslb.probes.dialogue.endings import stopped

_MECHANISMS = ("AUTH", "SASL")
_WHEN = {CapWhen.PRE_TLS: " before TLS", CapWhen.POST_TLS: " after TLS", CapWhen.ANY: ""}


class Offers:
    """The two lists of one session; None where the server has listed nothing then."""

    def __init__(self, mode: TlsMode) -> None:
        self.encrypted = mode is TlsMode.IMPLICIT
        self.plain: tuple[str, ...] | None = None
        self.tls: tuple[str, ...] | None = None
        self.phase = Phase.GREETING

    @property
    def current(self) -> tuple[str, ...] | None:
        """What the session offers as it stands."""
        return self.tls if self.encrypted else self.plain

    def offers(self, name: str) -> bool:
        """Whether the session as it stands offers it."""
        return _holds(name, self.current or ())

    def listed(self, caps: tuple[str, ...], phase: Phase) -> Steps[None]:
        """The server has listed its capabilities."""
        self.phase = phase
        if self.encrypted:
            self.tls = caps
        else:
            self.plain = caps
        yield Offered(caps)

    def upgrade(self) -> Steps[None]:
        """The handshake; what was offered before it counts no more (RFC 3207 section 4.2)."""
        yield StartTls()
        self.encrypted = True


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that was broken."""

    rule: CapRule

    @property
    def reason(self) -> Reason:
        """What it is called."""
        return Reason.CAP_MISSING if self.rule.required else Reason.CAP_FORBIDDEN

    @property
    def text(self) -> str:
        """As people are told."""
        return f"{self.rule.name} {'missing' if self.rule.required else 'offered'}{_WHEN[self.rule.when]}"


def breaches(
    rules: Iterable[CapRule], plain: tuple[str, ...] | None, tls: tuple[str, ...] | None
) -> tuple[Breach, ...]:
    """The rules broken. What the server has not listed, or a session never had, breaks none."""
    lists = {CapWhen.PRE_TLS: (plain,), CapWhen.POST_TLS: (tls,), CapWhen.ANY: (plain, tls)}
    found = []
    for rule in rules:
        known = [caps for caps in lists[rule.when] if caps is not None]
        if known and any(_holds(rule.name, caps) for caps in known) is not rule.required:
            found.append(Breach(rule))
    return tuple(found)


def asserted(rules: tuple[CapRule, ...], offers: Offers) -> Steps[tuple[Breach, ...]]:
    """Note every breach; stop at the first that fails."""
    if not rules:
        return ()
    found = breaches(rules, offers.plain, offers.tls)
    for breach in found:
        yield Note(breach.reason)
    for breach in found:
        if breach.rule.fails:
            raise stopped(Failed(offers.phase, breach.reason), breach.text.encode("latin-1", "replace"))
    return found


def marked(conclusion: Conclusion, found: tuple[Breach, ...], offers: Offers) -> Conclusion:
    """What passed is degraded where a rule was broken."""
    if not found:
        return conclusion
    outcome: Outcome = Degraded(offers.phase, found[0].reason)
    return Conclusion(outcome=outcome, code=conclusion.code, text=", ".join(breach.text for breach in found)[:200])


def _holds(name: str, caps: tuple[str, ...]) -> bool:
    words = [_words(cap) for cap in caps]
    return any(_offers(part, words) for part in name.upper().split("|"))


def _words(cap: str) -> list[str]:
    """`AUTH PLAIN LOGIN`, the old `AUTH=PLAIN LOGIN` and IMAP's `AUTH=PLAIN` all begin with AUTH."""
    words = cap.upper().split()
    head, equals, first = words[0].partition("=") if words else ("", "", "")
    return [head, first, *words[1:]] if equals and head in _MECHANISMS else words


def _offers(name: str, caps: list[list[str]]) -> bool:
    key, at_least, number = name.partition(">=")
    if at_least:
        return any(words[:1] == [key] and _is_at_least(words[1:2], int(number)) for words in caps)
    key, equals, mechanism = name.partition("=")
    if key in _MECHANISMS:
        listed = [word for words in caps if words[:1] == [key] for word in words[1:]]
        return mechanism in listed if equals else bool(listed)
    return any(words[:1] == [name] for words in caps)


def _is_at_least(value: list[str], number: int) -> bool:
    if not value:
        return True
    digits = value[0][:20]
    return digits.isdecimal() and (int(digits) == 0 or int(digits) >= number)
