"""Dovecot: IMAP and POP3, plain with STARTTLS and STLS, and with TLS from the first byte."""

import shutil

from tests.kit.servers.base import RealServer, needs

_CONF = """\
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/log
listen = 127.0.0.1
protocols = imap pop3
ssl = required
ssl_cert = <{chain}
ssl_key = <{key}
ssl_dh =
mail_location = maildir:{directory}/mail/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = password=throwaway
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
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
"""


class Dovecot(RealServer):
    """Ports: imap, imaps, pop3, pop3s."""

    port_names = ("imap", "imaps", "pop3", "pop3s")

    def __init__(self) -> None:
        needs(
            "dovecot-imapd and dovecot-pop3d", "dovecot", "/usr/lib/dovecot/imap-login", "/usr/lib/dovecot/pop3-login"
        )
        super().__init__()

    def configure(self) -> None:
        files = {"directory": self.directory, "chain": self.certificates.chain, "key": self.certificates.key}
        (self.directory / "dovecot.conf").write_text(_CONF.format(**files, **self.ports))
        for name in ("run", "state", "mail"):
            (self.directory / name).mkdir()
        shutil.chown(self.directory / "mail", "dovecot", "dovecot")

    def command(self) -> list[str]:
        return ["/usr/sbin/dovecot", "-F", "-c", str(self.directory / "dovecot.conf")]
