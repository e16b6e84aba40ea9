"""Postfix behind postscreen, which holds the second half of its greeting for six seconds."""

from tests.kit.servers.postfix import INSIDE, Postfix

_MASTER = """\
127.0.0.1:{screened} inet n - n - 1 postscreen
smtpd pass - - n - - smtpd
dnsblog unix - - n - 0 dnsblog
tlsproxy unix - - n - 0 tlsproxy
"""

_MORE = """\
postscreen_greet_action = enforce
postscreen_greet_wait = 6s
postscreen_access_list =
postscreen_cache_map =
postscreen_greet_ttl = 1s
"""


class Postscreen(Postfix):
    """Port: screened. Nobody is remembered, so every visit is tested."""

    port_names = ("screened",)
    master = _MASTER + INSIDE
    more = _MORE
