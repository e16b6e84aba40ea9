"""Sets of capabilities that a kind of mail service must and must not offer (probes.md 1.6.3).

set        of types            what it demands
mx         smtp                STARTTLS offered; no AUTH before TLS, none after it either
msa        submission          STARTTLS offered; no AUTH before TLS; AUTH with PLAIN or LOGIN after it
mailstore  imap, pop3, sieve   STARTTLS offered; no password taken before TLS; for imap AUTH=PLAIN after it

What concerns the time before TLS is not asked of a session that is encrypted from its first byte.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gslb.model.checks import CapRule
from gslb.model.values import CapWhen

_PRE: Final = CapWhen.PRE_TLS
_POST: Final = CapWhen.POST_TLS


def _needs(name: str, when: CapWhen) -> CapRule:
    return CapRule(name=name, required=True, when=when, fails=True)


def _forbids(name: str, when: CapWhen) -> CapRule:
    return CapRule(name=name, required=False, when=when, fails=True)


def _wants(rule: CapRule) -> CapRule:
    """A demand that stays a notice, however severe the others are."""
    return replace(rule, fails=False)


_SETS: Final[Mapping[tuple[str, str], tuple[CapRule, ...]]] = {
    ("mx", "smtp"): (
        _forbids("AUTH", _PRE),
        _wants(_needs("STARTTLS", _PRE)),
        _wants(_forbids("AUTH", _POST)),
    ),
    ("msa", "submission"): (
        _forbids("AUTH", _PRE),
        _needs("STARTTLS", _PRE),
        _needs("AUTH=PLAIN|AUTH=LOGIN", _POST),
    ),
    ("mailstore", "imap"): (
        _needs("STARTTLS", _PRE),
        _needs("LOGINDISABLED", _PRE),
        _needs("AUTH=PLAIN", _POST),
    ),
    ("mailstore", "pop3"): (
        _needs("STLS", _PRE),
        _forbids("USER", _PRE),
        _forbids("SASL=PLAIN", _PRE),
    ),
    ("mailstore", "sieve"): (
        _needs("STARTTLS", _PRE),
        _forbids("SASL", _PRE),
    ),
}


def capability_sets(check_type: str) -> tuple[str, ...]:
    """The names of the sets that a type of check knows."""
    return tuple(name for name, of in _SETS if of == check_type)


def capability_rules(name: str, check_type: str, *, fails: bool = False) -> tuple[CapRule, ...]:
    """The rules of a set; `fails`: a breach of its hard demands fails. Raises KeyError where there is no such set."""
    return tuple(replace(rule, fails=fails and rule.fails) for rule in _SETS[name, check_type])
