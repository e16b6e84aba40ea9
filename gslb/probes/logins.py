"""The logins of all probes: secrets, and what is known of each, held for as long as the prober lives.

with login_for(target, credentials, journal) as entry: …      a Login, or why there is none now

What the run then found settles it: `journal.accepted` that the server took it, a conclusion of auth_rejected that it
did not; anything else counts for nothing.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from gslb.model.checks import Credentials
from gslb.model.observations import Passed, Reason
from gslb.model.targets import Target
from gslb.probes import lockout
from gslb.probes.dialogue.login import Entry, Held
from gslb.probes.journal import Journal
from gslb.probes.lockout import Permit, Standing
from gslb.probes.secrets import Secrets

_WAYS = ("credentials", "fetch_credentials")
_HELD = {Permit.REJECTED: Held.REJECTED, Permit.WAITING: Held.WAITING}


class Logins:
    """One for the whole prober; a fresh one forgets every rejection."""

    def __init__(self, secrets: Secrets | None = None) -> None:
        self._secrets = secrets or Secrets()
        self._standings: dict[Credentials, Standing] = {}

    @contextmanager
    def entry(self, target: Target, credentials: Credentials | None, journal: Journal) -> Iterator[Entry]:
        """What this run may log in with; None without credentials. Raises LocalFault where the secret cannot be had."""
        if credentials is None:
            yield None
            return
        secret = self._secrets.of(credentials)
        known = self._standings.get(credentials, Standing())
        known, permit = lockout.asked(known, target.id, secret.version, journal.now())
        self._standings[credentials] = known
        if permit is not Permit.GRANTED:
            yield _HELD[permit]
            return
        journal.hide(secret.login.forms)
        try:
            yield secret.login
        finally:
            known = self._standings[credentials]
            if journal.accepted:
                known = lockout.accepted(known, target.id, secret.version)
            elif _is_rejection(journal):
                known = lockout.refused(known, target.id, secret.version, journal.now())
            else:
                known = lockout.dropped(known)
            self._standings[credentials] = known

    def bad(self) -> tuple[Credentials, ...]:
        """Credentials refused by two targets at least, and accepted by none since."""
        return tuple(credentials for credentials, known in self._standings.items() if known.is_bad)

    def retain(self, targets: Iterable[Target]) -> None:
        """After a reload: what is known of other targets, and of credentials that nobody uses, is forgotten."""
        targets = tuple(targets)
        alive, used = frozenset(target.id for target in targets), _used(targets)
        self._standings = {
            credentials: lockout.forgotten(known, alive)
            for credentials, known in self._standings.items()
            if credentials in used
        }


def login_for(target: Target, credentials: Credentials | None, journal: Journal) -> AbstractContextManager[Entry]:
    """`entry` of the logins that the journal holds."""
    return (journal.logins or Logins()).entry(target, credentials, journal)


def _used(targets: Iterable[Target]) -> frozenset[Credentials]:
    found: set[Credentials] = set()
    for settings in (target.settings for target in targets):
        login = getattr(settings, "login", None)
        said = (getattr(login, "credentials", None), *(getattr(settings, name, None) for name in _WAYS))
        found.update(credentials for credentials in said if credentials is not None)
    return frozenset(found)


def _is_rejection(journal: Journal) -> bool:
    conclusion = journal.conclusion
    if conclusion is None or isinstance(conclusion.outcome, Passed):
        return False
    return conclusion.outcome.reason is Reason.AUTH_REJECTED
