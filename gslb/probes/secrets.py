"""Secrets, read when a probe needs one (probes.md 1.5): from a file, from systemd's credentials, from the environment.

A file must not be open to its group or to others, unless systemd put it into $CREDENTIALS_DIRECTORY; a file of the
same name there goes before it. It is read anew when its inode, size or time of change differ. Whatever is wrong with it
is our own fault: local_config, inconclusive.
No text and no exception of this module holds any part of a secret.
"""

import os
import stat
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gslb.model.checks import Credentials
from gslb.model.observations import Phase, Reason
from gslb.probes.dialogue.login import Login
from gslb.probes.faults import LocalFault, is_exhausted

SECRET_LIMIT: Final = 4096
"""Octets that a secret may have; more is another file."""

_OPEN_TO_OTHERS: Final = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
_FORBIDDEN: Final = ("\0", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Secret:
    """A login as it stands now. `version` differs once the secret has changed."""

    login: Login
    version: Hashable = field(repr=False)


class Secrets:
    """What has been read, kept until it changes."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._read: dict[Path, tuple[Hashable, str]] = {}

    def of(self, credentials: Credentials) -> Secret:
        """The secret of these credentials. Raises LocalFault (local_config)."""
        if credentials.password_file is not None:
            version, password = self._of_file(credentials.password_file)
        elif credentials.password_env is not None:
            version, password = self._of_environment(credentials.password_env)
        elif credentials.password is not None:
            version, password = hash(credentials.password), credentials.password
        else:
            raise _wrong(f"no password for {credentials.user!r}")
        _check(credentials.user, "the user")
        _check(password, credentials.password_file or credentials.password_env or "")
        return Secret(Login(credentials.user, password), version)

    def _of_environment(self, name: str) -> tuple[Hashable, str]:
        password = self._environ.get(name)
        if password is None:
            raise _wrong(f"{name} is not in the environment")
        return hash(password), password

    def _of_file(self, name: str) -> tuple[Hashable, str]:
        path = self._path(name)
        try:
            # A pipe must not block the loop: what is opened without waiting is looked at before it is read.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if is_exhausted(error):
                raise LocalFault(Phase.AUTH, Reason.LOCAL_FD_LIMIT, f"{path}: {error.strerror}") from error
            raise _wrong(f"{path}: {error.strerror}") from error
        try:
            facts = os.fstat(descriptor)
            self._inspect(path, facts)
            version = (facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size)
            known = self._read.get(path)
            if known is None or known[0] != version:
                known = self._read[path] = (version, _read(descriptor, path))
            return known
        except OSError as error:
            raise _wrong(f"{path}: {error.strerror}") from error
        finally:
            os.close(descriptor)

    def _path(self, name: str) -> Path:
        """A credential that systemd has loaded stands in for a file of its name, wherever that would lie."""
        path, systemd = Path(name), self._systemd()
        return systemd / path.name if systemd is not None and (systemd / path.name).exists() else path

    def _systemd(self) -> Path | None:
        directory = self._environ.get("CREDENTIALS_DIRECTORY")
        return Path(directory) if directory else None

    def _inspect(self, path: Path, facts: os.stat_result) -> None:
        if not stat.S_ISREG(facts.st_mode):
            raise _wrong(f"{path}: not a regular file")
        systemd = self._systemd()
        guarded = systemd is not None and path.resolve().is_relative_to(systemd.resolve())
        if facts.st_mode & _OPEN_TO_OTHERS and not guarded:
            mode = stat.S_IMODE(facts.st_mode)
            raise _wrong(f"{path}: mode {mode:04o} lets others in; it must be 0600 or 0400")


def _read(descriptor: int, path: Path) -> str:
    """The content without the one line end that editors leave."""
    data = os.read(descriptor, SECRET_LIMIT + 1)
    if len(data) > SECRET_LIMIT:
        raise _wrong(f"{path}: more than {SECRET_LIMIT} octets")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _wrong(f"{path}: not UTF-8") from None  # the error would hold the secret
    return text.removesuffix("\n").removesuffix("\r")


def _check(text: str, where: str) -> None:
    """NUL parts the fields of AUTH PLAIN (RFC 4616), CR and LF part commands."""
    if not text:
        raise _wrong(f"{where}: empty")
    if any(char in text for char in _FORBIDDEN):
        raise _wrong(f"{where}: NUL, CR and LF may not stand in it")


def _wrong(text: str) -> LocalFault:
    return LocalFault(Phase.AUTH, Reason.LOCAL_CONFIG, text)
