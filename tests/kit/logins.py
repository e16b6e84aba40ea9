"""A login for tests: who it is, what the check says of it, and where its password comes from."""

from gslb.model.checks import Credentials
from gslb.probes.dialogue.login import Login
from gslb.probes.logins import Logins
from gslb.probes.secrets import Secrets

WORD = "s3cret-word"
LOGIN = Login("probe", WORD)
CREDENTIALS = Credentials(user="probe", password_env="PROBE_WORD")
PLAIN = LOGIN.plain


def logins(word: str = WORD) -> Logins:
    """Logins whose environment holds the password."""
    return Logins(Secrets({"PROBE_WORD": word}))
