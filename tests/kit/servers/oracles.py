"""What other health checkers say of a port of 127.0.0.1: up or down, each asked in its usual way."""

import csv
import io
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

_PLUGINS = {
    "smtp": ("check_smtp", "-f", "probe@example.com"),
    "imap": ("check_imap",),
    "http": ("check_http", "-I", "127.0.0.1"),
    "tcp": ("check_tcp",),
}

_HAPROXY = {
    "smtp": "option smtpchk EHLO probe.example.com",
    "imap": 'option tcp-check\n  tcp-check expect string "* OK"',
    "http": "option httpchk GET {path}\n  http-check send hdr Host mail.example.com",
    "tcp": "",
}

_BLACKBOX = """\
modules:
  smtp:
    prober: tcp
    timeout: {seconds}s
    tcp:
      query_response:
        - expect: "^220[ -]"
        - send: "EHLO probe.example.com\\r"
        - expect: "^250[ -]"
        - send: "QUIT\\r"
  imap:
    prober: tcp
    timeout: {seconds}s
    tcp:
      query_response:
        - expect: "OK"
  http:
    prober: http
    timeout: {seconds}s
  tcp:
    prober: tcp
    timeout: {seconds}s
"""


def plugin(protocol: str, port: int, path: str = "/") -> str:
    """monitoring-plugins: OK and WARNING are up."""
    name, *arguments = _PLUGINS[protocol]
    needs("monitoring-plugins-basic", f"{PLUGINS}/{name}", root=False)
    where = ["-H", "mail.example.com" if protocol == "http" else "127.0.0.1", "-p", str(port), "-t", str(SECONDS)]
    page = ["-u", path] if protocol == "http" else []
    run = subprocess.run(
        [f"{PLUGINS}/{name}", *arguments, *where, *page], capture_output=True, timeout=PATIENCE, check=False
    )
    return "up" if run.returncode in (0, 1) else "down"


class Blackbox(RealServer):
    """prometheus-blackbox-exporter, with a module for each protocol."""

    port_names = ("metrics",)

    def __init__(self) -> None:
        needs("prometheus-blackbox-exporter", root=False)
        super().__init__()

    def configure(self) -> None:
        (self.directory / "blackbox.yml").write_text(_BLACKBOX.format(seconds=SECONDS))

    def command(self) -> list[str]:
        listen = f"--web.listen-address=127.0.0.1:{self.ports['metrics']}"
        return ["/usr/bin/prometheus-blackbox-exporter", f"--config.file={self.directory / 'blackbox.yml'}", listen]

    def says(self, protocol: str, port: int, path: str = "/") -> str:
        """Its probe_success."""
        target = f"http://127.0.0.1:{port}{path}" if protocol == "http" else f"127.0.0.1:{port}"
        url = f"http://127.0.0.1:{self.ports['metrics']}/probe"
        metrics = httpx.get(url, params={"target": target, "module": protocol}, timeout=PATIENCE).text
        return "up" if "\nprobe_success 1" in metrics else "down"


def haproxy(protocol: str, port: int, path: str = "/") -> str:
    """HAProxy's first check of a server in a backend of its own."""
    binary = unpacked("haproxy", "usr/sbin/haproxy")
    directory = Path(tempfile.mkdtemp(prefix="gslb-haproxy-"))
    config = directory / "haproxy.cfg"
    config.write_text(
        f"""\
global
  stats socket {directory}/socket
defaults
  mode {"http" if protocol == "http" else "tcp"}
  timeout connect {SECONDS}s
  timeout client {SECONDS}s
  timeout server {SECONDS}s
  timeout check {SECONDS}s
backend mail
  {_HAPROXY[protocol].format(path=path)}
  server it 127.0.0.1:{port} check inter 10s rise 1 fall 1
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
