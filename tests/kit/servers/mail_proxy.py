"""nginx as a mail proxy whose store is dead: it greets, and can log nobody in."""

from tests.kit.servers.base import RealServer, needs
from tests.kit.servers.extracted import unpacked

_CONF = """\
load_module {module};
daemon off;
pid {directory}/pid;
error_log {directory}/log info;
worker_processes 1;
events {{ worker_connections 64; }}
mail {{
  server_name mail.example.com;
  auth_http 127.0.0.1:{nobody}/;
  ssl_certificate {chain};
  ssl_certificate_key {key};
  starttls on;
  server {{
    listen 127.0.0.1:{imap};
    protocol imap;
    imap_capabilities IMAP4rev1;
  }}
  server {{
    listen 127.0.0.1:{pop3};
    protocol pop3;
  }}
  server {{
    listen 127.0.0.1:{smtp};
    protocol smtp;
  }}
}}
"""


class MailProxy(RealServer):
    """Ports: imap, pop3, smtp. `nobody` is a port where nobody listens."""

    port_names = ("imap", "pop3", "smtp")

    def __init__(self, nobody: int) -> None:
        needs("nginx-light", "nginx", root=False)
        self.module = unpacked("libnginx-mod-mail", "usr/lib/nginx/modules/ngx_mail_module.so")
        self.nobody = nobody
        super().__init__()

    def configure(self) -> None:
        files = {"directory": self.directory, "chain": self.certificates.chain, "key": self.certificates.key}
        conf = _CONF.format(module=self.module, nobody=self.nobody, **files, **self.ports)
        (self.directory / "nginx.conf").write_text(conf)

    def command(self) -> list[str]:
        return ["/usr/sbin/nginx", "-p", str(self.directory), "-e", "stderr", "-c", str(self.directory / "nginx.conf")]
