"""The status page in a real browser."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kit.running import Running
from tests.kit.zones import FOUR

pytestmark = [pytest.mark.system, pytest.mark.servers]

BROWSER = shutil.which("chromium")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.mark.skipif(BROWSER is None, reason="NOT TESTED in a browser: the Debian package chromium is not installed")
def test_the_page_shows_services_and_members(tmp_path: Path) -> None:
    """Headless Chromium renders the page: zone, service, members, shares; nothing is asked from elsewhere."""
    assert BROWSER is not None
    home = tmp_path / "server"
    home.mkdir()
    with Running(home, {"zones/mail.yaml": FOUR}) as server:
        url = f"http://127.0.0.1:{server.http_port}/"
        line = [BROWSER, *QUIET, f"--user-data-dir={tmp_path}/browser", "--virtual-time-budget=2000", "--dump-dom", url]
        page = subprocess.run(line, capture_output=True, text=True, timeout=50, check=True).stdout

    for word in ("mail.example.com", "smtp", "relays", "r1", "r4", "192.0.2.11", "40"):
        assert word in page, word
    assert "src=http" not in page
    assert "http://" not in page.replace(url, "")
