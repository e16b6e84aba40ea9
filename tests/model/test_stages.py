import pytest

from gslb.model.checks import (
    CheckSettings,
    Credentials,
    FormLogin,
    HttpSettings,
    ImapSettings,
    LdapSettings,
    LmtpSettings,
    Pop3Settings,
    RelaySettings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
)
from gslb.model.stages import logs_in, shallow

USER = Credentials(user="probe", password_file="secret")
DEEP: list[tuple[CheckSettings, CheckSettings]] = [
    (SmtpSettings(stage="rcpt", rcpt="a@b"), SmtpSettings(rcpt="a@b")),
    (LmtpSettings(stage="rcpt", rcpt="a@b"), LmtpSettings(rcpt="a@b")),
    (SubmissionSettings(credentials=USER), SubmissionSettings()),
    (SubmissionSettings(stage="mail", sender="a@example.com", credentials=USER), SubmissionSettings()),
    (ImapSettings(stage="mailbox", credentials=USER), ImapSettings()),
    (Pop3Settings(stage="login", credentials=USER), Pop3Settings()),
    (SieveSettings(stage="login", credentials=USER), SieveSettings()),
    (LdapSettings(credentials=USER), LdapSettings()),
    (HttpSettings(login=FormLogin(credentials=USER)), HttpSettings()),
]


@pytest.mark.parametrize(("deep", "plain"), DEEP, ids=[deep.type for deep, _ in DEEP])
def test_a_deep_dialogue_has_a_shallow_form(deep: CheckSettings, plain: CheckSettings) -> None:
    """The shallow form is the default stage, logs nobody in, and has none of its own."""
    assert shallow(deep) == plain
    assert shallow(plain) is None
    assert logs_in(deep) is (deep.type not in ("smtp", "lmtp"))
    assert not logs_in(plain)


def test_what_has_no_stages_is_never_shallow() -> None:
    """A relay test has none."""
    assert shallow(RelaySettings(foreign_domain="a", sender_domain="b")) is None
