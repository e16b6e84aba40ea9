"""nginx: a WebAccess login page, health pages, a console with a password; plain, with TLS, and behind a proxy."""

from tests.kit.servers.base import RealServer, needs

LOGIN_PAGE = '<html><title>GroupWise WebAccess</title><form name="loginForm"></form></html>'
USER, PASSWORD = "probe", "s3cret"

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
    listen 127.0.0.1:{proxied} proxy_protocol;
    server_name mail.example.com;
    ssl_certificate {chain};
    ssl_certificate_key {key};
    location = /gw/webacc {{ return 200 '{page}'; }}
    location = /down {{ return 503; }}
    location = /busy {{ add_header Retry-After 5 always; return 503; }}
    location = /limited {{ return 429; }}
    location = /owa/healthcheck.htm {{ return 200 '200 OK<br/>mx1.example.com'; }}
    location = /queues {{ return 200 '<b>GroupWise</b> Outbound</td><td>12</td> SMTP Send <td>3</td>'; }}
    location = /client {{ return 200 'from $proxy_protocol_addr:'; }}
    location = /console {{
      auth_basic "GroupWise Agent";
      auth_basic_user_file {directory}/users;
      alias {directory}/console;
    }}
    location = /sign/in {{
      if ($request_method = POST) {{ return 200 '<script>var userId = "probe";</script>'; }}
      return 200 '{page}';
    }}
    location = /signed/out {{ return 200 'bye'; }}
    location = /old {{ return 302 /gw/webacc; }}
    location = /elsewhere {{ return 302 http://192.0.2.1/; }}
  }}
}}
"""


class Nginx(RealServer):
    """Ports: http, https, proxied (PROXY protocol). Pages: /gw/webacc, /down (503), /busy (503 with Retry-After),
    /limited (429), /old (leads to webacc), /elsewhere (to another host), /queues, /client, /sign/in (whoever posts
    is in), /signed/out, and /console for `USER`.
    """

    port_names = ("http", "https", "proxied")

    def __init__(self) -> None:
        needs("nginx-light", "nginx", root=False)
        super().__init__()

    def configure(self) -> None:
        files = {"directory": self.directory, "chain": self.certificates.chain, "key": self.certificates.key}
        (self.directory / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (self.directory / "console").write_text("GroupWise Agent")
        (self.directory / "nginx.conf").write_text(_CONF.format(page=LOGIN_PAGE, **files, **self.ports))

    def command(self) -> list[str]:
        return ["/usr/sbin/nginx", "-p", str(self.directory), "-e", "stderr", "-c", str(self.directory / "nginx.conf")]

    def access(self) -> str:
        """The access log."""
        return (self.directory / "access").read_text()
