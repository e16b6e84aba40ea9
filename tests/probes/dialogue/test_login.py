"""A login, and what is never told of it."""

import base64

from gslb.probes.dialogue.commands import Send
from gslb.probes.dialogue.login import Login, encoded


def test_the_message_of_plain_has_an_empty_authorization_identity():
    """RFC 4616."""
    assert base64.b64decode(Login("pröbe", "wörd").plain) == "\0pröbe\0wörd".encode()


def test_every_form_of_the_password_is_known():
    """As it stands, in Base64, and in the message of PLAIN."""
    login = Login("probe", "word")

    assert set(login.forms) == {"word", encoded("word").decode(), login.plain.decode()}
    assert "word" not in repr(login)


def test_a_secret_command_shows_nothing():
    """Any other shows its bytes."""
    assert repr(Send(b"PASS word", secret=True)) == "Send(***)"
    assert repr(Send(b"NOOP")) == "Send(b'NOOP')"
