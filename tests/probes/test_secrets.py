"""Where secrets come from, and what is never told of them (probes.md 1.5)."""

import os
import traceback

import pytest

from gslb.model.checks import Credentials
from gslb.model.observations import Inconclusive, Phase, Reason
from gslb.probes.dialogue.login import Login
from gslb.probes.faults import LocalFault
from gslb.probes.secrets import SECRET_LIMIT, Secrets

PASSWORD = "s3cret-word"


def written(path, text=PASSWORD + "\n", mode=0o600):
    """A secret file."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return str(path)


def login(secrets=None, **keys):
    """What is read."""
    return (secrets or Secrets({})).of(Credentials(user="probe", **keys)).login


def refused(secrets=None, user="probe", **keys):
    """The fault, after making sure that nobody could read the secret in it."""
    with pytest.raises(LocalFault) as caught:
        (secrets or Secrets({})).of(Credentials(user=user, **keys))
    assert caught.value.outcome(Phase.CONNECT) == Inconclusive(Phase.AUTH, Reason.LOCAL_CONFIG)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return caught.value.text


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_holds_the_password_and_perhaps_a_line_end(tmp_path, end):
    """One, as editors leave it."""
    assert login(password_file=written(tmp_path / "p", PASSWORD + end)).password == PASSWORD


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_file_open_to_others_is_refused(tmp_path, mode):
    """To its group as well."""
    assert f"{mode:04o}" in refused(password_file=written(tmp_path / "p", mode=mode))


def test_systemd_guards_its_own_directory(tmp_path):
    """Files in it have any mode, and go before those of the same name elsewhere."""
    written(tmp_path / "p", mode=0o444)
    secrets = Secrets({"CREDENTIALS_DIRECTORY": str(tmp_path)})

    assert login(secrets, password_file="p").password == PASSWORD
    assert login(secrets, password_file="/etc/gslb/p").password == PASSWORD
    assert "No such file" in refused(secrets, password_file="/etc/gslb/none")


def test_the_environment_holds_a_password():
    """By its name."""
    assert login(Secrets({"P": PASSWORD}), password_env="P").password == PASSWORD
    assert "not in the environment" in refused(password_env="P")
    assert "no password" in refused()


def test_a_changed_file_is_read_again(tmp_path):
    """Told by its inode, size and time; the version tells it to others."""
    secrets, path = Secrets({}), tmp_path / "p"
    credentials = Credentials(user="probe", password_file=written(path))
    first = secrets.of(credentials)
    written(tmp_path / "q", "another\n")
    os.replace(tmp_path / "q", path)
    second = secrets.of(credentials)

    assert secrets.of(credentials) == second
    assert (first.login.password, second.login.password) == (PASSWORD, "another")
    assert first.version != second.version


@pytest.mark.parametrize("content", [f"{PASSWORD}\0", f"{PASSWORD}\nx", f"\r{PASSWORD}", f"{PASSWORD}\n\n"])
def test_what_would_part_a_command_is_refused(tmp_path, content):
    """NUL, CR and LF, in the password and in the user."""
    assert "may not stand" in refused(password_file=written(tmp_path / "p", content))
    assert "may not stand" in refused(Secrets({"P": PASSWORD}), user="a\nb", password_env="P")


def test_files_that_hold_no_password(tmp_path):
    """Missing, empty, too long, binary, a directory, a pipe that nobody fills."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "directory").mkdir()

    assert "No such file" in refused(password_file=str(tmp_path / "none"))
    assert "empty" in refused(password_file=written(tmp_path / "empty", ""))
    assert "more than" in refused(password_file=written(tmp_path / "long", "x" * (SECRET_LIMIT + 1)))
    assert "UTF-8" in refused(password_file=written(tmp_path / "binary", PASSWORD.encode() + b"\xff"))
    assert "not a regular" in refused(password_file=str(tmp_path / "pipe"))
    assert "not a regular" in refused(password_file=str(tmp_path / "directory"))


def test_nobody_prints_a_secret():
    """Neither login nor secret tell it."""
    secret = Secrets({"P": PASSWORD}).of(Credentials(user="probe", password_env="P"))

    assert PASSWORD not in f"{secret!r} {secret} {secret.login!r}"
    assert str(hash(PASSWORD)) not in repr(secret)


def test_a_password_of_the_configuration_is_taken_as_it_is():
    """And is another one when it changes."""
    ours, other = (Secrets({}).of(Credentials(user="probe", password=word)) for word in (PASSWORD, "two"))

    assert ours.login == Login("probe", PASSWORD)
    assert ours.version != other.version
    assert PASSWORD not in repr(ours)
