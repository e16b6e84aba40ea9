"""Exim, from an unpacked package; a wrapper of the name service tells it of the user it was built for."""

import shutil

from tests.kit.servers.base import RealServer
from tests.kit.servers.extracted import needs_root, unpacked

_CONF = """\
exim_path = {exim}
exim_user = mail
exim_group = mail
keep_environment =
spool_directory = {directory}/spool
log_file_path = {directory}/spool/%slog
pid_file_path = {directory}/spool/pid
primary_hostname = mail.example.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = {smtp}
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max_per_host = {cap}
tls_advertise_hosts = *
tls_certificate = {chain}
tls_privatekey = {key}
acl_smtp_rcpt = acl_rcpt
log_selector = {selectors}

begin acl
acl_rcpt:
  accept domains = mail.example.com
  deny message = relay not permitted
"""


class Exim(RealServer):
    """Port: smtp. `cap`: sessions that one client may hold; `selectors`: what else is logged."""

    port_names = ("smtp",)

    def __init__(self, *, cap: int = 20, selectors: str = "") -> None:
        needs_root("exim4-daemon-light")
        self.exim = unpacked("exim4-daemon-light", "usr/sbin/exim4")
        self.wrapper = unpacked("libnss-wrapper", "usr/lib/*/libnss_wrapper.so")
        self.cap, self.selectors = cap, selectors
        super().__init__()

    def configure(self) -> None:
        files = {"directory": self.directory, "chain": self.certificates.chain, "key": self.certificates.key}
        keys = {"exim": self.exim, "cap": self.cap, "selectors": self.selectors, **files, **self.ports}
        (self.directory / "exim.conf").write_text(_CONF.format(**keys))
        (self.directory / "spool").mkdir()
        for path in (self.directory / "spool", self.certificates.key, self.certificates.chain):
            shutil.chown(path, "mail", "mail")
        (self.directory / "passwd").write_text("root:x:0:0::/:\nmail:x:8:8::/:\nDebian-exim:x:8:8::/:\n")
        (self.directory / "group").write_text("root:x:0:\nmail:x:8:\nDebian-exim:x:8:\n")

    def command(self) -> list[str]:
        return [str(self.exim), "-C", str(self.directory / "exim.conf"), "-bdf", "-oX", str(self.ports["smtp"])]

    def environment(self) -> dict[str, str]:
        return {
            "LD_LIBRARY_PATH": str(self.wrapper.parent),
            "LD_PRELOAD": str(self.wrapper),
            "NSS_WRAPPER_PASSWD": str(self.directory / "passwd"),
            "NSS_WRAPPER_GROUP": str(self.directory / "group"),
        }

    @property
    def log_file(self):
        return self.directory / "spool" / "mainlog"
