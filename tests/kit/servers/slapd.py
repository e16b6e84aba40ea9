"""slapd: a directory with TLS (StartTLS and ldaps) or without any, and one name that may log in."""

from tests.kit.servers.base import RealServer, needs

USER, PASSWORD = "cn=probe,dc=example,dc=com", "throwaway"

_CONF = """\
include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {directory}/pid
argsfile {directory}/args
{tls}
{extra}
database mdb
suffix dc=example,dc=com
directory {directory}/db
maxsize 1048576
rootdn {user}
rootpw {password}
"""

_TLS = """\
TLSCACertificateFile {ca}
TLSCertificateFile {chain}
TLSCertificateKeyFile {key}
"""


class Slapd(RealServer):
    """Ports: ldap, and with TLS ldaps. `extra`: further lines of its configuration."""

    port_names = ("ldap", "ldaps")

    def __init__(self, *, tls: bool = True, extra: str = "") -> None:
        needs("slapd", root=False)
        self._tls, self._extra = tls, extra
        if not tls:
            self.port_names = ("ldap",)
        super().__init__()

    def configure(self) -> None:
        (self.directory / "db").mkdir()
        made = self.certificates
        tls = _TLS.format(ca=made.ca_file, chain=made.chain, key=made.key) if self._tls else ""
        text = _CONF.format(directory=self.directory, tls=tls, extra=self._extra, user=USER, password=PASSWORD)
        (self.directory / "slapd.conf").write_text(text)

    def command(self) -> list[str]:
        urls = " ".join(f"{scheme}://127.0.0.1:{port}/" for scheme, port in self.ports.items())
        return ["/usr/sbin/slapd", "-f", str(self.directory / "slapd.conf"), "-h", urls, "-d", "256"]
