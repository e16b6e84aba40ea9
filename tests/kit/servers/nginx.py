"""nginx: a WebAccess login page, a page that answers 503, plain and with TLS."""

from tests.kit.servers.base import RealServer, needs

LOGIN_PAGE = '<html><title>GroupWise WebAccess</title><form name="loginForm"></form></html>'

_CONF = """\
daemon off;
pid {directory}/pid;
error_log {directory}/log warn;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log {directory}/access;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  default_type text/html;
  server {{
    listen 127.0.0.1:{http};
    listen 127.0.0.1:{https} ssl;
    server_name mail.example.com;
    ssl_certificate {chain};
    ssl_certificate_key {key};
    location = /gw/webacc {{ return 200 '{page}'; }}
    location = /down {{ return 503; }}
    location = /old {{ return 302 /gw/webacc; }}
    location = /elsewhere {{ return 302 http://192.0.2.1/; }}
  }}
}}
"""


class Nginx(RealServer):
    """Ports: http, https. Pages: /gw/webacc, /down (503), /old (leads to webacc), /elsewhere (to another host)."""

    port_names = ("http", "https")

    def __init__(self) -> None:
        needs("nginx-light", "nginx", root=False)
        super().__init__()

    def configure(self) -> None:
        files = {"directory": self.directory, "chain": self.certificates.chain, "key": self.certificates.key}
        (self.directory / "nginx.conf").write_text(_CONF.format(page=LOGIN_PAGE, **files, **self.ports))

    def command(self) -> list[str]:
        return ["/usr/sbin/nginx", "-p", str(self.directory), "-e", "stderr", "-c", str(self.directory / "nginx.conf")]

    def access(self) -> str:
        """The access log."""
        return (self.directory / "access").read_text()
