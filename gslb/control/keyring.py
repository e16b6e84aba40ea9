"""Key files on disk: read with suspicion, written atomically, never lent to anyone else.

The private file is 0600, its directory 0700; where root writes, both belong to whoever owns the directory above. An
error names the file and a remedy, never what is in it.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gslb.errors import KeysError
from gslb.keys import keyfile
from gslb.keys.keyfile import StoredKey
from gslb.keys.signers import make_secret, public_of, signer
from gslb.model.keys import Algorithm, KeyTimes, Role, ZoneKey

OPEN_TO_OTHERS = 0o077
MAX_FILE = 1 << 16


def load_keys(directory: Path, zone: bytes) -> tuple[ZoneKey, ...]:
    """Every key of a zone (wire name), whatever its dates say, in order of tag; none where there is no directory.

    Raises KeysError for a file that cannot be used: one bad key file is no reason to guess.
    """
    return tuple(usable(key) for key in stored_keys(directory, zone))


def usable(key: StoredKey) -> ZoneKey:
    """A key that signs, and shows its private part to nobody."""
    return ZoneKey(
        zone=key.zone,
        role=key.role,
        algorithm=key.algorithm,
        dnskey=key.dnskey,
        tag=key.tag,
        times=key.times,
        sign=signer(key.algorithm, key.secret),
    )


def stored_keys(directory: Path, zone: bytes) -> tuple[StoredKey, ...]:
    """As `load_keys`, with what is needed to write them again."""
    start = keyfile.prefix(zone) + "+"
    try:
        if not directory.exists():
            return ()
        paths = [path for path in directory.iterdir() if path.name.startswith(start) and path.suffix == ".private"]
        unsign = _unsign(directory, zone)
        found = [_stored(path, zone, unsign) for path in paths]
    except OSError as error:
        place = error.filename or directory
        raise KeysError(f"{place}: cannot be read: {error.strerror or error}; {_whose(directory)}") from None
    return tuple(sorted(found, key=lambda key: (key.tag, key.algorithm)))


def _stored(path: Path, zone: bytes, unsign: float | None) -> StoredKey:
    texts = {"private": _secret_text(path), "key": _text(path.with_suffix(".key"))}
    if path.with_suffix(".state").exists():
        texts["state"] = _text(path.with_suffix(".state"))
    try:
        key = keyfile.parse(zone, texts, unsign)
        if key.dnskey[4:] != public_of(key.algorithm, key.secret):
            raise KeysError("does not belong to the public key beside it, in the .key file")
    except KeysError as error:
        raise KeysError(f"{path}: {error}; put the right file back, or move the key's files away") from None
    except (ValueError, IndexError) as error:
        raise KeysError(f"{path}: is no sound key file ({type(error).__name__}); put the right file back") from None
    return key


def _secret_text(path: Path) -> str:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & OPEN_TO_OTHERS:
        raise KeysError(f"{path}: mode {mode:04o} opens a private key to others; chmod 600 {path}, or make a new key")
    return _text(path)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE).decode("ascii")
    except UnicodeDecodeError:
        raise KeysError(f"{path}: is no sound key file; put the right file back") from None


def _whose(path: Path) -> str:
    return f"the user that runs gslb (uid {os.geteuid()} here) must own {path}"


def _unsign(directory: Path, zone: bytes) -> float | None:
    path = directory / f"{keyfile.prefix(zone)}unsign"
    if not path.exists():
        return None
    try:
        return keyfile.parse_date(_text(path).strip())
    except ValueError as error:
        raise KeysError(f"{path}: {error}; remove it to stay signed") from None


def new_key(zone: bytes, role: Role, algorithm: Algorithm, now: float, taken: Iterable[int] = ()) -> StoredKey:
    """A key that was never seen, without dates; its tag is none of those taken, so that tags name keys."""
    avoid = set(taken)
    while True:
        secret = make_secret(algorithm)
        dnskey = keyfile.dnskey_of(role, algorithm, public_of(algorithm, secret))
        if keyfile.tag_of(dnskey) not in avoid:
            times = KeyTimes(created=now)
            return StoredKey(zone=zone, role=role, algorithm=algorithm, dnskey=dnskey, times=times, secret=secret)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """The directory, made where it is missing, for one writer at a time. Raises KeysError."""
    try:
        _make(directory)
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise KeysError(f"{directory}: cannot be used: {error.strerror or error}; {_whose(directory)}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise KeysError(f"{directory}: another gslb keys is at work here; try again") from None
    finally:
        os.close(descriptor)


def _make(directory: Path) -> None:
    if not directory.is_dir():
        directory.mkdir(mode=0o700, parents=True)
        _hand_over(directory, directory.parent)


def write_keys(directory: Path, keys: Iterable[StoredKey], ttl: int) -> None:
    """Write the files of these keys, each atomically, a key's private one last. Raises KeysError.

    `ttl`: of DNSKEY, in seconds. Whoever reads meanwhile sees a key as it was or as it is.
    """
    for key in keys:
        for name, text in keyfile.render(key, ttl).items():
            _write(directory / name, text)


def write_unsign(directory: Path, zone: bytes, at: float | None) -> None:
    """Keep since when the parent is asked to drop every DS; None: it is not. Raises KeysError."""
    path = directory / f"{keyfile.prefix(zone)}unsign"
    if at is None:
        path.unlink(missing_ok=True)
    else:
        _write(path, keyfile.render_date(at) + "\n")


def _write(path: Path, text: str) -> None:
    try:
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)  # mode 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _hand_over(Path(name), path.parent)
        Path(name).replace(path)
    except OSError as error:
        raise KeysError(f"{path}: cannot be written: {error.strerror or error}; {_whose(path.parent)}") from None


def _hand_over(path: Path, like: Path) -> None:
    """What root makes belongs to whoever owns the place, who is to read it."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
