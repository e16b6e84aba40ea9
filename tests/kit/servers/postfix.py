"""Postfix: plain SMTP with STARTTLS offered, submission with TLS required, and smtps."""

import grp
import os
import pwd
import shutil

from tests.kit.servers.base import RealServer, needs

DAEMONS = "/usr/lib/postfix/sbin"

_MAIN = """\
compatibility_level = 3.6
queue_directory = {directory}/spool
data_directory = {directory}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {directory}/log
maillog_file_prefixes = {directory}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.com
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = may
smtpd_tls_cert_file = {chain}
smtpd_tls_key_file = {key}
smtpd_tls_session_cache_database =
"""

INSIDE = """\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

_MASTER = (
    """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o syslog_name=postfix/submission
  -o smtpd_tls_security_level=encrypt
127.0.0.1:{smtps} inet n - n - - smtpd
  -o syslog_name=postfix/smtps
  -o smtpd_tls_wrappermode=yes
"""
    + INSIDE
)

_QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")


class Postfix(RealServer):
    """Ports: smtp, submission, smtps. Another set of services is another `master`, with settings in `more`."""

    port_names: tuple[str, ...] = ("smtp", "submission", "smtps")
    master = _MASTER
    more = ""

    def __init__(self) -> None:
        needs("postfix")
        super().__init__()

    def configure(self) -> None:
        config = self.directory / "config"
        config.mkdir()
        files = {"directory": self.directory, "chain": self.certificates.chain, "key": self.certificates.key}
        (config / "main.cf").write_text(_MAIN.format(daemons=DAEMONS, **files) + self.more)
        (config / "master.cf").write_text(self.master.format(**self.ports))
        self._make_spool()

    def command(self) -> list[str]:
        return [f"{DAEMONS}/master", "-c", str(self.directory / "config"), "-d"]

    def _make_spool(self) -> None:
        owner, group = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        spool = self.directory / "spool"
        spool.mkdir()
        (spool / "pid").mkdir()
        for queue in _QUEUES:
            (spool / queue).mkdir(mode=0o700)
            os.chown(spool / queue, owner, 0)
        for shared, mode in (("maildrop", 0o730), ("public", 0o710)):
            (spool / shared).mkdir()
            (spool / shared).chmod(mode)
            os.chown(spool / shared, owner, group)
        (self.directory / "data").mkdir(mode=0o700)
        shutil.chown(self.directory / "data", "postfix")
