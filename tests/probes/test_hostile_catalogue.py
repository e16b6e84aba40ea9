"""The catalogue of hostile peers: each has its test, and none of the tests can go unnoticed."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CATALOGUE = {
    "accepts, and is silent; RST; FIN; drips; floods; teasers; NUL, CR alone, unasked replies": (
        "test_hostile.py",
        "test_greetings_gone_wrong",
    ),
    "endless bytes and endless lines end fast": ("test_hostile.py", "test_floods_end_long_before_the_deadline"),
    "a full backlog": ("test_hostile.py", "test_a_full_backlog_and_a_closed_port"),
    "220-, a pause, 220": ("test_hostile.py", "test_a_greeting_may_take_its_time"),
    "escape sequences, 0xFF, LF alone": ("test_hostile.py", "test_odd_bytes_and_bare_line_feeds_pass_with_a_notice"),
    "plain text or silence behind the go-ahead": (
        "test_hostile.py",
        "test_starttls_injected_and_starttls_unfulfilled",
    ),
    "garbage, FIN, RST behind the go-ahead": ("test_hostile.py", "test_handshakes_broken_off"),
    "plain text on a TLS port": ("test_hostile.py", "test_tls_spoken_to_a_plain_port_is_told"),
    "TLS wanted, plain text spoken": ("test_hostile.py", "test_plain_text_spoken_to_a_tls_port_ends_in_silence"),
    "close_notify never answered": (
        "test_hostile.py",
        "test_a_silent_farewell_costs_the_grace_and_not_the_verdict",
    ),
    "TLS records drip": ("test_hostile.py", "test_a_dripping_handshake_ends_at_its_limit"),
    "100 KB of certificate, 20 certificates": (
        "test_hostile.py",
        "test_a_certificate_of_a_hundred_kilobytes_is_refused_and_twenty_are_read",
    ),
    "renegotiation, KeyUpdate flood": (
        "test_hostile_floods.py",
        "test_a_flood_of_tls_messages_ends_in_time_and_holds_nobody_up",
    ),
    "certificates of every kind, and no password for them": (
        "test_guarded.py",
        "test_no_password_goes_out_where_the_certificate_is_wrong",
    ),
    "wildcards, addresses, other alphabets": (
        "test_guarded.py",
        "test_wildcards_addresses_and_other_alphabets_are_names_too",
    ),
    "1,000 lines, changing codes": ("test_hostile.py", "test_monstrous_replies"),
    "4xx, 5xx, EOF at each step": ("dialogue/test_steps.py", "test_each_step_broken_in_each_way"),
    "silence and RST at each step": ("test_hostile.py", "test_silence_and_resets_at_each_step"),
    "IMAP bombs": ("test_hostile.py", "test_imap_servers_gone_wrong"),
    "POP3 without its dot": ("test_hostile.py", "test_pop3_servers_gone_wrong"),
    "sieve literals": ("test_guarded.py", "test_sieve_servers_gone_wrong"),
    "sieve without a second list": (
        "test_guarded.py",
        "test_no_list_after_starttls_is_found_out_by_the_deadline",
    ),
    "HTTP floods and lies": ("test_web.py", "test_what_no_server_should_send"),
    "HTTP redirects elsewhere": ("test_web.py", "test_a_redirect_elsewhere_connects_nowhere"),
    "HTTP redirects in a circle": ("test_web.py", "test_a_redirect_loop_ends"),
    "HTTP, a gzip bomb": ("test_web.py", "test_gzip_sent_against_identity_is_not_unpacked"),
    "HTTP, a body that drips": ("test_web.py", "test_a_body_that_drips_ends_at_the_deadline"),
    "DNS strays": ("test_name_server.py", "test_strays_are_passed_over"),
    "DNS from another address": ("test_name_server.py", "test_what_another_address_sends_is_never_seen"),
    "DNS, compression loops": ("test_name_server.py", "test_malformed_answers"),
    "DNS over TCP gone wrong": ("test_name_server.py", "test_tcp_gone_wrong"),
    "LDAP lengths, nesting, ids": ("test_directory.py", "test_directories_gone_wrong"),
    "exec that holds the pipe": (
        "test_command.py",
        "test_a_grandchild_that_holds_the_pipe_does_not_hold_the_verdict",
    ),
    "exec that ignores TERM": ("test_command.py", "test_a_plugin_that_ignores_term_is_killed"),
    "exec that prints without end": ("test_command.py", "test_an_endless_flood_ends_at_the_deadline"),
    "exec that breeds": ("test_command.py", "test_a_plugin_that_breeds_is_ended_with_its_brood"),
    "agents that talk nonsense": ("dialogue/test_agent.py", "test_one_line_is_heard"),
    "our own network": ("test_run.py", "test_our_own_network_faults_are_inconclusive"),
    "too few descriptors": ("test_command.py", "test_too_few_descriptors_are_our_own_fault"),
    "too few descriptors, for every type": (
        "test_descriptors.py",
        "test_without_descriptors_no_probe_of_any_kind_blames_its_target",
    ),
    "a loop that stood still": ("test_schedule.py", "test_a_failure_seen_across_a_stall_says_nothing"),
    "a password file that cannot be read": ("test_guarded.py", "test_a_secret_that_cannot_be_read_is_our_own_fault"),
    "many targets that hang": ("test_schedule.py", "test_targets_that_time_out_leave_half_of_the_slots"),
    "caps": ("test_schedule.py", "test_caps_hold_per_port_per_address_and_over_all"),
    "stopping while they hang": ("test_schedule.py", "test_stop_cuts_off_what_does_not_end"),
    "a password rejected everywhere": (
        "test_guarded.py",
        "test_a_password_rejected_on_all_members_is_tried_twice",
    ),
    "a hundred at once leave nothing": ("test_hostile.py", "test_a_hundred_hostile_probes_leave_nothing_behind"),
}


@pytest.mark.parametrize("peer", CATALOGUE)
def test_each_hostile_peer_has_its_test(peer: str) -> None:
    """By name, in the file where it stands."""
    file, name = CATALOGUE[peer]
    defined = ast.parse((HERE / file).read_text()).body

    assert name in {one.name for one in defined if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef)}


DRIVEN = {"test_schedule.py"}
"""Where time is driven and nothing is opened."""


@pytest.mark.parametrize("file", sorted({file for file, _ in CATALOGUE.values()} - DRIVEN))
def test_each_is_held_to_leave_nothing(file: str) -> None:
    """No descriptor, task or memory, and in time (tests.kit.harmless and .probing); who runs no loop has none."""
    source = (HERE / file).read_text()

    assert "async def test" not in source or 'usefixtures("harmless")' in source or "nothing_is_left" in source
