"""The identity of a target."""

from dataclasses import replace
from ipaddress import ip_address

from gslb.model.checks import SmtpSettings, Timing, TlsSettings
from gslb.model.targets import Target, identity, target_id
from gslb.model.values import TlsMode

ADDRESS = ip_address("192.0.2.11")
SMTP = SmtpSettings(port=25)


def test_identity_is_stable() -> None:
    """The same dialogue at the same address is the same target, in every process and release."""
    assert target_id(SMTP, ADDRESS) == target_id(SmtpSettings(port=25), ADDRESS) == "3e0fba10b4094ba1"


def test_identity_follows_the_dialogue() -> None:
    """Another port, address, TLS mode, source or stage is another target."""
    others = {
        target_id(SMTP, ADDRESS),
        target_id(replace(SMTP, port=26), ADDRESS),
        target_id(SMTP, ip_address("192.0.2.12")),
        target_id(replace(SMTP, tls=TlsSettings(mode=TlsMode.NONE)), ADDRESS),
        target_id(SMTP, ADDRESS, ip_address("192.0.2.1")),
        target_id(replace(SMTP, stage="mail"), ADDRESS),
    }

    assert len(others) == 6


def test_keys_asked_for_once() -> None:
    """Who has many addresses asks for the dialogue's keys once, and gets the same identities."""
    assert identity(SMTP).at(ADDRESS) == target_id(SMTP, ADDRESS)


def test_a_target_knows_its_port() -> None:
    """The port is that of its settings."""
    assert Target(id="x", address=ADDRESS, settings=SMTP, timing=Timing()).port == 25
