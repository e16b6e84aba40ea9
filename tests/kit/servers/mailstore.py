"""A Dovecot with all its protocols and one user, and a Postfix that asks it about logins.

The store listens on 127.0.0.1: a client with that very address counts as secured, any other is a stranger.
"""

import shutil

from tests.kit.logins import WORD
from tests.kit.running import free_ports
from tests.kit.servers.base import RealServer, needs
from tests.kit.servers.postfix import INSIDE, Postfix

USER = "probe"

_CONF = """\
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/log
listen = 127.0.0.1
protocols = imap pop3 lmtp sieve submission
ssl = required
ssl_cert = <{chain}
ssl_key = <{key}
ssl_dh =
haproxy_trusted_networks = 127.0.0.0/8
postmaster_address = postmaster@example.com
submission_relay_host = 127.0.0.1
submission_relay_port = {backend}
mail_location = maildir:{directory}/mail/%u
first_valid_uid = 1
auth_mechanisms = plain login
auth_failure_delay = 0
auth_username_format = %Ln
passdb {{
  driver = passwd-file
  args = {directory}/users
}}
userdb {{
  driver = static
  args = uid=dovecot gid=dovecot home={directory}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
  inet_listener imap_proxy {{
    port = {imap_proxy}
    haproxy = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service managesieve-login {{
  inet_listener sieve {{
    port = {sieve}
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
  inet_listener submissions {{
    port = {submissions}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener sasl {{
    address = 127.0.0.1
    port = {sasl}
  }}
}}
"""


class MailStore(RealServer):
    """Ports: imap, imaps, imap_proxy, pop3, sieve, submission, submissions, lmtp, sasl.

    Its user is USER with the word of tests.kit.logins. What is submitted goes on to port `backend`, whoever is there.
    """

    port_names = ("imap", "imaps", "imap_proxy", "pop3", "sieve", "submission", "submissions", "lmtp", "sasl")

    def __init__(self) -> None:
        lib = "/usr/lib/dovecot"
        needs("dovecot", "dovecot", f"{lib}/imap-login", f"{lib}/pop3-login")
        needs("dovecot-lmtpd and dovecot-managesieved", f"{lib}/lmtp", f"{lib}/managesieve-login")
        needs("dovecot-submissiond", f"{lib}/submission-login")
        super().__init__()

    def configure(self) -> None:
        files = {"directory": self.directory, "chain": self.certificates.chain, "key": self.certificates.key}
        (self.backend,) = free_ports(1)
        (self.directory / "dovecot.conf").write_text(_CONF.format(**files, **self.ports, backend=self.backend))
        (self.directory / "users").write_text(f"{USER}:{{PLAIN}}{WORD}\n")
        for name in ("run", "state", "mail"):
            (self.directory / name).mkdir()
        shutil.chown(self.directory / "mail", "dovecot", "dovecot")

    def command(self) -> list[str]:
        return ["/usr/sbin/dovecot", "-F", "-c", str(self.directory / "dovecot.conf")]


class SaslPostfix(Postfix):
    """Ports: submission (logins after TLS), smtp_proxy (a PROXY header comes first), smtp, open (relays for all).

    It is also what the store's own submission service hands on to.
    """

    port_names = ("submission", "smtp_proxy", "smtp", "open")
    master = (
        """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{open} inet n - n - - smtpd
  -o mynetworks=127.0.0.0/8
  -o smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
127.0.0.1:{smtp_proxy} inet n - n - - smtpd
  -o smtpd_upstream_proxy_protocol=haproxy
127.0.0.1:{backend} inet n - n - - smtpd
  -o syslog_name=postfix/backend
"""
        + INSIDE
    )

    def __init__(self, store: MailStore) -> None:
        self._backend = store.backend
        self.more = (
            f"smtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:127.0.0.1:{store.ports['sasl']}\n"
            "smtpd_tls_auth_only = yes\ndefault_transport = discard:\n"
        )
        super().__init__()

    def configure(self) -> None:
        self.ports["backend"] = self._backend
        super().configure()


class DeliveringPostfix(Postfix):
    """Ports: submission. Who has logged in may send, and all mail goes into the store by LMTP."""

    port_names = ("submission",)
    master = (
        """\
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
lmtp unix - - n - - lmtp
"""
        + INSIDE
    )

    def __init__(self, store: MailStore) -> None:
        self.more = (
            f"smtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:127.0.0.1:{store.ports['sasl']}\n"
            f"smtpd_tls_auth_only = yes\ndefault_transport = lmtp:inet:127.0.0.1:{store.ports['lmtp']}\n"
        )
        super().__init__()
