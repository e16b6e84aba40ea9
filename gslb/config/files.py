"""The only reader of configuration: a directory, or texts by their paths in it, to one Config or every fault."""

import hashlib
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from threading import Thread

from gslb.config import geoip, positions, resolve, review
from gslb.config.cookie_secrets import wrong_with
from gslb.config.crosscheck import crosscheck
from gslb.config.crosscheck_transfer import check_transfers
from gslb.config.documents import Document
from gslb.config.drafts import CheckDraft, ZoneDraft, check_drafts, node_draft, zone_draft
from gslb.config.flatten import flatten
from gslb.config.reading import CHECKS, ZONES, read, read_all
from gslb.config.resolve import Host
from gslb.config.resolve_checks import resolve_check, says_hello_by_default
from gslb.config.resolve_targets import Targets
from gslb.config.review_views import review_chains, review_views
from gslb.config.schema_node import NodeFile
from gslb.config.tsig_file import read_tsig_keys
from gslb.config.values import parse_domain, parse_hostname
from gslb.errors import ConfigError, Fault
from gslb.model.clients import CountryRanges
from gslb.model.settings import Config
from gslb.model.transfers import TsigKey

NODE_FILE = "gslb.yaml"
DEFAULT_TOKEN = Path("/etc/gslb/http.token")
DEFAULT_RUN_DIR = Path(NodeFile.model_fields["run_dir"].default)
DEFAULT_STATE_DIR = Path(NodeFile.model_fields["state_dir"].default)
RESOLVER_PATIENCE = 2.0
_OWN_WORLDS = frozenset(("localhost", "localdomain", "arpa"))


@dataclass(frozen=True, slots=True)
class _Disk:
    """What else is there, by paths relative to the configuration directory or absolute. `read` raises OSError.

    `countries` (of a MaxMind file, as geoip.read tells them) raises GeoIpError. `wrong_with_secrets`: why a file is no
    file of cookies' secrets, None for one that is. `tsig_keys`, of a file, raises ValueError.
    """

    read: Callable[[str], bytes]
    exists: Callable[[str], bool]
    countries: Callable[[str, frozenset[str]], bytes]
    wrong_with_secrets: Callable[[str], str | None] = lambda _: None
    tsig_keys: Callable[[str], tuple[TsigKey, ...]] = lambda _: ()


def load(directory: Path, archive: dict[str, bytes] | None = None) -> Config:
    """Read and judge the configuration of a directory. Raises ConfigError with every fault.

    `archive` takes the octets of every file that was read, for `load_again`.
    """
    if not directory.is_dir():
        raise ConfigError((Fault(path=str(directory), message="no such directory: -c DIR names one with zones/"),))
    texts, faults = read_all(directory)
    disk = _Disk(
        read=lambda path: read(directory / path),
        exists=lambda path: _is_file(directory / path),
        countries=lambda path, codes: geoip.read(directory / path, codes),
        wrong_with_secrets=lambda path: wrong_with(directory / path),
        tsig_keys=lambda path: read_tsig_keys(directory / path),
    )
    return _load(texts, directory, _this_host(), disk, faults, checks_only=False, used=archive)


def load_again(directory: Path, archive: Mapping[str, bytes]) -> Config:
    """The configuration of a directory as it was when `load` filled this archive; reads no file.

    Files that are only named are taken to be there still. Raises ConfigError, or UnicodeError for octets that `load`
    did not write.
    """
    texts = {path: octets.decode() for path, octets in archive.items() if path == NODE_FILE or _kind(path)}
    return _load(texts, directory, _this_host(), _among(archive), [], checks_only=False, used=None)


def load_texts(
    texts: Mapping[str, str],
    directory: Path = Path(),
    *,
    cpu_count: int = 1,
    hostname: str = "localhost",
    checks_only: bool = False,
) -> Config:
    """Judge texts by their paths in a directory (gslb.yaml, zones/a.yaml, checks/b.yaml); reads no file.

    A records_file is looked up among the texts; other files that are named are taken to be there. `checks_only`: no
    zone is fine. Raises ConfigError with every fault.
    """

    host = Host(name=hostname, cpu_count=cpu_count)
    disk = _among({path: text.encode("utf-8", "surrogatepass") for path, text in texts.items()})
    return _load(texts, directory, host, disk, [], checks_only=checks_only, used=None)


def _among(files: Mapping[str, bytes]) -> _Disk:
    """A disk that holds these files, and all that are only named."""

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "No such file")
        return files[path]

    return _Disk(read=read, exists=lambda _: True, countries=lambda path, _: files.get(path, b""))


def run_dir_of(directory: Path) -> Path:
    """Where a server started from this directory has its control socket; whatever else may be wrong there."""
    return _written(directory, "run_dir", DEFAULT_RUN_DIR)


def state_dir_of(directory: Path) -> Path:
    """Where a server started from this directory keeps what outlives it; whatever else may be wrong there."""
    return _written(directory, "state_dir", DEFAULT_STATE_DIR)


def _written(directory: Path, key: str, default: Path) -> Path:
    try:
        value = positions.read(read(directory / NODE_FILE).decode()).value
    except (OSError, UnicodeError):
        value = None
    written = value.get(key) if isinstance(value, dict) else None
    return directory / written if isinstance(written, str) and written else default


def _load(
    texts: Mapping[str, str],
    directory: Path,
    host: Host,
    disk: _Disk,
    faults: list[Fault],
    *,
    checks_only: bool,
    used: dict[str, bytes] | None,
) -> Config:
    used = {} if used is None else used
    used.update({path: text.encode("utf-8", "surrogatepass") for path, text in texts.items()})

    def read_text(path: str) -> str:
        used[path] = disk.read(path)
        return used[path].decode()

    node_file = Document(NODE_FILE, texts.get(NODE_FILE, ""))
    check_files = [Document(path, texts[path]) for path in _inside(texts, CHECKS)]
    zone_files = [Document(path, texts[path]) for path in _inside(texts, ZONES)]
    node = node_draft(node_file)
    checks = [draft for document in check_files for draft in check_drafts(document)]
    zones = [draft for document in zone_files if (draft := zone_draft(document, read_text)) is not None]
    crosscheck((node_file, node), zones, checks, check_files, disk.exists)
    _cpus_exist(node_file, node, host)
    secret_file = node.dns.cookies.secret_file
    if secret_file and (wrong := disk.wrong_with_secrets(secret_file)):
        node_file.fault(("dns", "cookies", "secret_file"), wrong)
    check_transfers(zones, disk.tsig_keys)
    countries = _countries(node_file, node, disk, used)
    faults = [*faults, *_misplaced(texts)]
    if not zone_files and not checks_only:
        message = "no zone: write one into zones/NAME.yaml (zones/README.md shows how)"
        faults.append(Fault(path=ZONES, message=message))
    documents = [node_file, *check_files, *zone_files]
    faults.extend(fault for document in documents for fault in document.faults)
    if faults:
        raise ConfigError(tuple(sorted(set(faults))))
    review_views(node_file, node, countries, zones)
    config = _config(node, zones, checks, directory, host, _digest(used), documents)
    return replace(config, clients=flatten(config.views, countries))


def _cpus_exist(document: Document, node: NodeFile, host: Host) -> None:
    """A worker cannot keep to a CPU that is not there, or not ours to use (taskset, CPUAffinity= of systemd)."""
    written = node.dns.worker_cpus
    if not isinstance(written, tuple):
        return
    usable = host.usable_cpus
    for index, cpu in enumerate(written):
        if cpu not in usable:
            message = f"there is no CPU {cpu} for this server: {', '.join(map(str, usable))}"
            document.fault(("dns", "worker_cpus", index), message)


def _countries(document: Document, node: NodeFile, disk: _Disk, used: dict[str, bytes]) -> Mapping[str, CountryRanges]:
    """Where the countries are that views name; a file that nobody needs is not opened."""
    codes = frozenset(code for view in node.views.values() for code in view.countries)
    if not codes or node.geoip is None:
        return {}
    try:
        used[node.geoip] = disk.countries(node.geoip, codes)
    except geoip.GeoIpError as error:
        document.fault(("geoip",), str(error))
        return {}
    return geoip.ranges(used[node.geoip])


def _config(
    table: NodeFile,
    zones: list[ZoneDraft],
    checks: list[CheckDraft],
    directory: Path,
    host: Host,
    digest: str,
    documents: list[Document],
) -> Config:
    says_hello = any(says_hello_by_default(draft.table) for draft in checks)
    node = resolve.resolve_node(table, directory, host, says_hello=says_hello)
    resolved = {draft.name: resolve_check(draft.name, draft.table, node.probing, directory) for draft in checks}
    targets = Targets(resolved, node.probing)
    model_zones = tuple(resolve.resolve_zone(draft, targets, node.state_dir, directory) for draft in zones)
    views = resolve.resolve_views(table)
    canary = tuple(targets.canary(one.check, one.address) for one in table.probing.canary)
    node = replace(node, probing=replace(node.probing, canary=canary))
    for check in checks:
        review.review_check(check, resolved[check.name].check)
    for draft, zone in zip(zones, model_zones, strict=True):
        review.review_zone(draft, zone, {name: one.check for name, one in resolved.items()}, node)
        review_chains(draft, zone, views)
    return Config(
        node=node,
        zones=model_zones,
        checks={name: one.check for name, one in resolved.items()},
        targets=targets.found,
        directory=directory,
        digest=digest,
        warnings=tuple(sorted(warning for document in documents for warning in document.warnings)),
        views=views,
    )


def _inside(texts: Mapping[str, str], folder: str) -> list[str]:
    """The *.yaml files directly inside a folder, hidden ones left out, in order of name."""
    return sorted(path for path in texts if _kind(path) == folder)


def _kind(path: str) -> str | None:
    parts = PurePosixPath(path)
    hidden = parts.name.startswith(".")
    return str(parts.parent) if parts.suffix == ".yaml" and not hidden and len(parts.parts) == 2 else None


def _misplaced(paths: Mapping[str, str]) -> list[Fault]:
    """Files that look as if they should be read and are not."""
    faults = []
    for path in paths:
        parts = PurePosixPath(path)
        if parts.suffix == ".yml" and not parts.name.startswith("."):
            faults.append(Fault(path=path, message=f"not read: rename it to {parts.with_suffix('.yaml')}"))
    return faults


def _digest(used: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for path in sorted(used):
        whole.update(f"{len(path)}:{path}:{len(used[path])}:".encode("utf-8", "surrogatepass"))
        whole.update(used[path])
    return whole.hexdigest()[:16]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True


@cache
def full_host_name() -> str | None:
    """This host's full name, by DNS or /etc/hosts; None where it has none that another host could look up.

    A resolver that is down must not hold up a start: what it does not know in 2 s is not said.
    """
    found: list[str] = []
    asking = Thread(target=lambda: found.append(socket.getfqdn()), name="full host name", daemon=True)
    asking.start()
    asking.join(RESOLVER_PATIENCE)
    try:
        name = parse_hostname(*found or ("",))
    except ValueError:
        return None
    return None if set(name.split(".")) & _OWN_WORLDS else name


def _this_host() -> Host:
    token = DEFAULT_TOKEN if _is_file(DEFAULT_TOKEN) else None
    return Host(
        name=_host_name(),
        cpu_count=os.cpu_count() or 1,
        cpus=tuple(sorted(os.sched_getaffinity(0))),
        token_file=token,
        full_name=full_host_name,
    )


def _host_name() -> str:
    """This host's name; one that DNS would not know gives `gslb`."""
    try:
        return parse_domain(socket.gethostname())
    except ValueError:
        return "gslb"
