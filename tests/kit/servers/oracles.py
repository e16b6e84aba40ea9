"""What other health checkers say of a port of 127.0.0.1: up or down, each asked in its usual way."""

import csv
import io
import json
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import httpx

from tests.kit.running import until
from tests.kit.servers.base import PATIENCE, RealServer, needs
from tests.kit.servers.extracted import unpacked

SECONDS = 2
"""How long each of them may take over one check."""

PLUGINS = "/usr/lib/nagios/plugins"

_NAME = "mail.example.com"

_PLUGINS = {
    "smtp": ("check_smtp", "-f", "probe@example.com"),
    "submission": ("check_smtp", "-f", "probe@example.com", "-S"),
    "lmtp": ("check_smtp", "-L", "-f", "probe@example.com"),
    "imap": ("check_imap",),
    "imaps": ("check_simap",),
    "pop3": ("check_pop",),
    "sieve": ("check_tcp", "-e", "OK", "-q", "LOGOUT"),
    "http": ("check_http", "-I", "127.0.0.1"),
    "https": ("check_http", "-I", "127.0.0.1", "-S", "--sni"),
    "tcp": ("check_tcp",),
    "tls": ("check_tcp", "-S"),
}

_HAPROXY = {
    "smtp": "option smtpchk EHLO probe.example.com",
    "lmtp": """option tcp-check
  tcp-check expect rstring ^220
  tcp-check send LHLO\\ probe.example.com\\r\\n
  tcp-check expect rstring ^250
  tcp-check send QUIT\\r\\n""",
    "imap": 'option tcp-check\n  tcp-check expect string "* OK"',
    "imaps": 'option tcp-check\n  tcp-check expect string "* OK"',
    "pop3": 'option tcp-check\n  tcp-check expect string "+OK"',
    "sieve": 'option tcp-check\n  tcp-check expect string "OK "',
    "http": "option httpchk GET {path}\n  http-check send hdr Host mail.example.com",
    "https": "option httpchk GET {path}\n  http-check send hdr Host mail.example.com",
    "ldap": "option ldap-check",
    "tcp": "",
    "tls": "",
}

_OVER_TLS = frozenset({"imaps", "https", "tls"})

_BLACKBOX = {
    "smtp": [("expect", "^220[ -]"), ("send", "EHLO probe.example.com\r"), ("expect", "^250[ -]"), ("send", "QUIT\r")],
    "submission": [
        ("expect", "^220"),
        ("send", "EHLO probe.example.com\r"),
        ("expect", "^250[ -]STARTTLS"),
        ("send", "STARTTLS\r"),
        ("expect", "^220"),
        ("starttls", True),
        ("send", "EHLO probe.example.com\r"),
        ("expect", "^250[ -]AUTH"),
        ("send", "QUIT\r"),
    ],
    "lmtp": [("expect", "^220"), ("send", "LHLO probe.example.com\r"), ("expect", "^250[ -]"), ("send", "QUIT\r")],
    "imap": [("expect", "OK")],
    "imaps": [("expect", "OK")],
    "pop3": [("expect", "^\\+OK"), ("send", "QUIT\r")],
    "sieve": [("expect", "^OK"), ("send", "LOGOUT\r")],
    "tcp": [],
    "tls": [],
}
"""What the exporter hears and says, by protocol."""


def _modules(ca: str) -> str:
    """The exporter's configuration, as JSON, which is YAML."""
    trust = {"ca_file": ca, "server_name": _NAME}
    modules: dict[str, object] = {
        name: {
            "prober": "tcp",
            "timeout": f"{SECONDS}s",
            "tcp": {
                "tls": name in _OVER_TLS,
                "tls_config": trust,
                "query_response": [{step: what} for step, what in steps],
            },
        }
        for name, steps in _BLACKBOX.items()
    }
    page = {"tls_config": trust, "headers": {"Host": _NAME}}
    modules["http"] = {"prober": "http", "timeout": f"{SECONDS}s"}
    modules["https"] = {"prober": "http", "timeout": f"{SECONDS}s", "http": page}
    question = {"query_name": "example.com", "query_type": "SOA"}
    modules["dns"] = {"prober": "dns", "timeout": f"{SECONDS}s", "dns": question}
    return json.dumps({"modules": modules})


def plugin(protocol: str, port: int, path: str = "/") -> str | None:
    """monitoring-plugins: OK and WARNING are up. None: it cannot ask that."""
    if protocol not in _PLUGINS:
        return None
    name, *arguments = _PLUGINS[protocol]
    needs("monitoring-plugins-basic", f"{PLUGINS}/{name}", root=False)
    web = protocol in ("http", "https")
    where = ["-H", _NAME if web else "127.0.0.1", "-p", str(port), "-t", str(SECONDS)]
    page = ["-u", path] if web else []
    run = subprocess.run(
        [f"{PLUGINS}/{name}", *arguments, *where, *page], capture_output=True, timeout=PATIENCE, check=False
    )
    return "up" if run.returncode in (0, 1) else "down"


class Blackbox(RealServer):
    """prometheus-blackbox-exporter, with a module for each protocol. `ca`: the file of the authority it trusts."""

    port_names = ("metrics",)

    def __init__(self, ca: Path) -> None:
        needs("prometheus-blackbox-exporter", root=False)
        self.ca = ca
        super().__init__()

    def configure(self) -> None:
        (self.directory / "blackbox.yml").write_text(_modules(str(self.ca)))

    def command(self) -> list[str]:
        listen = f"--web.listen-address=127.0.0.1:{self.ports['metrics']}"
        return ["/usr/bin/prometheus-blackbox-exporter", f"--config.file={self.directory / 'blackbox.yml'}", listen]

    def says(self, protocol: str, port: int, path: str = "/") -> str | None:
        """Its probe_success. None: it cannot ask that."""
        if protocol not in (*_BLACKBOX, "http", "https", "dns"):
            return None
        web = protocol in ("http", "https")
        target = f"{protocol}://127.0.0.1:{port}{path}" if web else f"127.0.0.1:{port}"
        url = f"http://127.0.0.1:{self.ports['metrics']}/probe"
        metrics = httpx.get(url, params={"target": target, "module": protocol}, timeout=PATIENCE).text
        return "up" if "\nprobe_success 1" in metrics else "down"


def haproxy(ca: Path, protocol: str, port: int, path: str = "/") -> str | None:
    """HAProxy's first check of a server in a backend of its own. None: it cannot ask that."""
    if protocol not in _HAPROXY:
        return None
    binary = unpacked("haproxy", "usr/sbin/haproxy")
    directory = Path(tempfile.mkdtemp(prefix="gslb-haproxy-"))
    config = directory / "haproxy.cfg"
    trust = f"check-ssl check-sni {_NAME} verify required verifyhost {_NAME} ca-file {ca}"
    tls = trust if protocol in _OVER_TLS else ""
    config.write_text(
        f"""\
global
  stats socket {directory}/socket
defaults
  mode {"http" if protocol in ("http", "https") else "tcp"}
  timeout connect {SECONDS}s
  timeout client {SECONDS}s
  timeout server {SECONDS}s
  timeout check {SECONDS}s
backend mail
  {_HAPROXY[protocol].format(path=path)}
  server it 127.0.0.1:{port} check inter 10s rise 1 fall 1 {tls}
"""
    )
    process = subprocess.Popen(
        [str(binary), "-db", "-f", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        status: str = until(lambda: _checked(directory / "socket"), PATIENCE, "HAProxy has checked")
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(directory, ignore_errors=True)
    return "up" if status.endswith(("OK", "OKC")) else "down"


def _checked(path: Path) -> str:
    """The status of the one server's check, once there is one."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return ""
        client.sendall(b"show stat\n")
        text = b"".join(iter(lambda: client.recv(65_536), b"")).decode()
    rows = csv.DictReader(io.StringIO(text.removeprefix("# ")))
    status = next((row["check_status"] for row in rows if row["svname"] == "it"), "")
    return "" if status.startswith("*") or status in ("INI", "UNK") else status
