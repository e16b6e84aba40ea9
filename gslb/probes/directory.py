"""One look at a directory: the prober of ldap (probes.md 1.13)."""

from gslb.model.checks import LdapSettings
from gslb.model.targets import Target
from gslb.probes.contexts import GUARDED, PLAIN_TERMS
from gslb.probes.dialogue.ldap import ldap
from gslb.probes.dialogue.login import Login
from gslb.probes.journal import Journal
from gslb.probes.lines import converse
from gslb.probes.logins import login_for


async def probe_ldap(target: Target, journal: Journal) -> None:
    """Hold the dialogue; a password goes out over a verified session only. Raises StreamFault."""
    settings = target.settings
    if not isinstance(settings, LdapSettings):
        raise TypeError(f"not a directory: {settings.type}")
    with login_for(target, settings.credentials, journal) as entry:
        terms = GUARDED if isinstance(entry, Login) else PLAIN_TERMS
        await converse(target, lambda _: ldap(settings, entry), journal, settings.tls, terms=terms)
