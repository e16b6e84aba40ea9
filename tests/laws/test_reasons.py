"""Every reason and every phase there is has a test that provokes it, or stands here with why nothing does."""

import ast
import re
from pathlib import Path

import pytest

from gslb.model.observations import Phase, Reason

TESTS = Path(__file__).parents[1]

REASONS = {
    Reason.OK: "probes/test_web_verdict.py::test_body_texts",
    Reason.SLOW: "probes/test_reporting.py::test_over_slow_after_a_pass_is_load",
    Reason.CONNECT_REFUSED: "probes/test_hostile.py::test_a_full_backlog_and_a_closed_port",
    Reason.CONNECT_TIMEOUT: "probes/test_hostile.py::test_a_full_backlog_and_a_closed_port",
    Reason.CONNECT_UNREACHABLE: "probes/test_faults.py::test_what_the_peer_or_the_path_did_fails",
    Reason.RESET: "probes/test_hostile.py::test_handshakes_broken_off",
    Reason.EOF_BEFORE_GREETING: "probes/test_hostile.py::test_greetings_gone_wrong",
    Reason.GREETING_TIMEOUT: "probes/test_hostile.py::test_greetings_gone_wrong",
    Reason.EOF_MID_SESSION: "probes/test_directory.py::test_directories_gone_wrong",
    Reason.REPLY_TIMEOUT: "probes/test_directory.py::test_directories_gone_wrong",
    Reason.DEADLINE: "probes/test_roundtrip.py::test_a_round_trip_is_cut_off_by_the_deadline_of_the_whole",
    Reason.GREETING_REJECTED: "probes/test_hostile.py::test_greetings_gone_wrong",
    Reason.BUSY: "probes/dialogue/test_pop3.py::test_a_temporary_refusal_is_load_and_a_mailbox_in_use_a_notice",
    Reason.PER_CLIENT_LIMIT: "probes/dialogue/test_smtp_reply.py::test_what_a_refusal_means_as_a_greeting",
    Reason.NOT_ACCEPTING: "probes/dialogue/test_smtp_reply.py::test_what_a_refusal_means_after_the_greeting",
    Reason.TEMP_REPLY: "probes/dialogue/test_lmtp.py::test_what_a_reply_about_a_mailbox_means",
    Reason.GREYLISTED: "probes/dialogue/test_smtp.py::test_greylisting_passes_with_a_notice",
    Reason.STORAGE_FULL: "probes/dialogue/test_lmtp.py::test_what_a_reply_about_a_mailbox_means",
    Reason.PERM_REPLY: "probes/dialogue/test_pop3_auth.py::test_what_a_refusal_means",
    Reason.UNREACHABLE: "health/test_doubts.py::test_a_child_of_a_down_parent_is_unreachable",
    Reason.PROTOCOL_ERROR: "probes/test_directory.py::test_directories_gone_wrong",
    Reason.BOUNDS_EXCEEDED: "probes/test_hostile.py::test_floods_end_long_before_the_deadline",
    Reason.TLS_NOT_OFFERED: "probes/dialogue/test_imap.py::test_tls_that_is_not_offered",
    Reason.STARTTLS_REFUSED: "probes/dialogue/test_imap_reply.py::test_a_refused_starttls_has_a_reason_of_its_own",
    Reason.STARTTLS_INJECTION: "probes/test_hostile.py::test_starttls_injected_and_starttls_unfulfilled",
    Reason.TLS_HANDSHAKE: "probes/test_hostile.py::test_handshakes_broken_off",
    Reason.TLS_TIMEOUT: "probes/test_hostile.py::test_a_dripping_handshake_ends_at_its_limit",
    Reason.CERT_EXPIRED: "probes/test_certificates.py::test_each_thing_that_can_be_wrong",
    Reason.CERT_NOT_YET: "probes/test_certificates.py::test_each_thing_that_can_be_wrong",
    Reason.CERT_NAME: "probes/test_certificates.py::test_each_thing_that_can_be_wrong",
    Reason.CERT_UNTRUSTED: "probes/test_certificates.py::test_each_thing_that_can_be_wrong",
    Reason.CERT_EXPIRING: "probes/test_run.py::test_certificates_degrade_or_fail",
    Reason.CERT_EXPIRING_CRITICAL: "probes/test_certificates.py::test_what_a_certificate_does_to_a_verdict",
    Reason.AUTH_TEMP: "probes/test_hostile.py::test_pop3_servers_gone_wrong",
    Reason.AUTH_REJECTED: "probes/dialogue/test_ldap.py::test_a_login_refused",
    Reason.BODY_MISMATCH: "probes/test_from_configuration.py::test_a_configured_check_finds_what_it_looks_for",
    Reason.STATUS_UNEXPECTED: "probes/test_web.py::test_a_status_decides_before_the_body",
    Reason.REDIRECT_BLOCKED: "probes/test_web.py::test_a_redirect_elsewhere_connects_nowhere",
    Reason.REDIRECT_LOOP: "probes/test_web.py::test_a_redirect_loop_ends",
    Reason.CAP_MISSING: "probes/test_from_configuration.py::test_a_configured_check_finds_what_it_looks_for",
    Reason.CAP_FORBIDDEN: "probes/test_from_configuration.py::test_a_configured_check_finds_what_it_looks_for",
    Reason.OPEN_RELAY_SUSPECTED: "probes/test_from_configuration.py::test_a_configured_check_finds_what_it_looks_for",
    Reason.NOT_DELIVERED: "probes/test_roundtrip.py::test_a_lost_message_is_a_notice_unless_the_check_says_otherwise",
    Reason.AUTH_UNAVAILABLE: "probes/test_guarded.py::test_no_password_goes_out_in_the_clear",
    Reason.DRAIN: "probes/test_feedback.py::test_an_agent_can_only_lower",
    Reason.RCODE: "probes/test_name_server.py::test_answers_are_judged",
    Reason.ANSWER_MISMATCH: "probes/test_name_server.py::test_a_serial_too_far_from_a_peers_fails",
    Reason.NOT_AUTHORITATIVE: "probes/dialogue/test_dns_verdict.py::test_the_order_of_judgement",
    Reason.STALE: "probes/test_word_file.py::test_an_old_word_is_stale",
    Reason.EXEC_WARNING: "probes/test_command.py::test_exit_codes",
    Reason.EXEC_CRITICAL: "probes/test_command.py::test_exit_codes",
    Reason.EXEC_TIMEOUT: "servers/test_plugins.py::test_plugins_find_stopped_and_hung_servers_out",
    Reason.EXEC_UNKNOWN: "probes/test_command.py::test_exit_codes",
    Reason.EXEC_MISSING: "probes/test_command.py::test_a_plugin_that_is_not_there",
    Reason.VALUE_WARNING: "probes/test_web.py::test_numbers_on_a_page_are_told",
    Reason.VALUE_CRITICAL: "probes/test_web_verdict.py::test_numbers_on_a_page_have_two_thresholds",
    Reason.AUTH_HELD: "probes/test_guarded.py::test_a_password_rejected_on_all_members_is_tried_twice",
    Reason.AMBIGUOUS: "probes/dialogue/test_pop3_auth.py::test_a_user_may_be_refused_at_once",
    Reason.WEAK_REFUSAL: "probes/dialogue/test_relay.py::test_what_a_reply_to_the_recipient_means",
    Reason.LEGACY_TLS: "probes/test_opening.py::test_versions",
    Reason.ASSUME_SECURED_LOOPBACK: "probes/test_reporting_live.py::"
    "test_a_store_on_the_probers_own_address_is_explained",
    Reason.GREET_DELAY: "probes/test_hostile.py::test_a_greeting_may_take_its_time",
    Reason.AUTH_STALLED: "probes/test_hostile.py::test_imap_servers_gone_wrong",
    Reason.BARE_LF: "probes/test_hostile.py::test_odd_bytes_and_bare_line_feeds_pass_with_a_notice",
    Reason.CAPS_UNKNOWN: "probes/test_hostile.py::test_pop3_servers_gone_wrong",
    Reason.REPLY_IGNORED: "probes/test_word_file.py::test_the_first_line_is_the_word",
    Reason.VALUE_MISSING: "probes/test_web.py::test_numbers_on_a_page_are_told",
    Reason.PLAINTEXT_ON_TLS_PORT: "probes/test_hostile.py::test_tls_spoken_to_a_plain_port_is_told",
    Reason.TLS_PORT_SPOKEN_PLAIN: "probes/test_run.py::test_a_tls_port_spoken_to_in_plain_text_is_told",
    Reason.PROXY_HEADER_MISSED: "probes/test_reporting_live.py::test_a_listener_that_misses_a_header_is_explained",
    Reason.ANONYMOUS_REFUSED: "probes/dialogue/test_ldap.py::test_a_server_without_anonymous_binds_has_answered",
    Reason.PEER_UNHEARD: "probes/test_name_server.py::test_a_serial_is_held_against_a_peers",
    Reason.LOCAL_BIND: "probes/test_faults.py::test_what_we_did_is_inconclusive",
    Reason.LOCAL_NO_ROUTE: "probes/test_faults.py::test_what_we_did_is_inconclusive",
    Reason.LOCAL_FD_LIMIT: "probes/test_command.py::test_too_few_descriptors_are_our_own_fault",
    Reason.LOCAL_STALL: "probes/test_schedule.py::test_a_failure_seen_across_a_stall_says_nothing",
    Reason.LOCAL_CONFIG: "probes/test_certificates.py::test_a_ca_file_that_cannot_be_read_is_our_own_fault",
    Reason.LOCAL_BUG: "probes/test_faults.py::test_what_we_did_is_inconclusive",
}
"""By the test that looks for it."""

PHASES = {
    Phase.QUEUE: "probes/test_schedule.py::test_a_wait_for_a_slot_is_told_and_counted",
    Phase.CONNECT: "probes/test_directory.py::test_an_anonymous_look_passes",
    Phase.PROXY: "probes/test_opening.py::test_the_header_comes_before_everything_in_its_own_phase",
    Phase.TLS: "probes/test_hostile.py::test_a_dripping_handshake_ends_at_its_limit",
    Phase.GREETING: "probes/test_hostile.py::test_greetings_gone_wrong",
    Phase.HELLO: "probes/test_directory.py::test_an_anonymous_look_passes",
    Phase.STARTTLS: "probes/test_hostile.py::test_starttls_injected_and_starttls_unfulfilled",
    Phase.TLS_UPGRADE: "probes/test_lines.py::test_a_good_session_passes_through_tls",
    Phase.HELLO2: "probes/test_guarded.py::test_no_list_after_starttls_is_found_out_by_the_deadline",
    Phase.AUTH: "probes/test_directory.py::test_a_password_goes_out_over_verified_tls",
    Phase.COMMAND: "probes/test_command.py::test_exit_codes",
    Phase.SUBMIT: "probes/test_roundtrip.py::test_both_ways_and_their_times",
    Phase.DELIVER: "probes/test_roundtrip.py::test_both_ways_and_their_times",
    Phase.CLEANUP: "probes/test_roundtrip.py::test_both_ways_and_their_times",
    Phase.REQUEST: "probes/test_web.py::test_a_page_that_holds_what_it_must_passes_with_its_phases",
    Phase.FIRST_BYTE: "probes/test_web.py::test_a_page_that_holds_what_it_must_passes_with_its_phases",
    Phase.BODY: "probes/test_web.py::test_a_page_that_holds_what_it_must_passes_with_its_phases",
    Phase.QUIT: "probes/test_directory.py::test_an_anonymous_look_passes",
    Phase.TOTAL: "probes/test_directory.py::test_an_anonymous_look_passes",
}

UNUSED = {
    Reason.LOCAL_RESOLVE: "members have addresses, and no probe asks a resolver",
    Reason.LOCAL_CANCELLED: "a probe that is cut off by a reload or the end of the server leaves no observation",
    Phase.RESOLVE: "where a run stands before its first phase; never told with a time",
}
"""Words of the closed lists that no probe says."""


def provoking(where: str) -> str:
    """The text of a test, with its decorators."""
    file, name = where.split("::")
    text = (TESTS / file).read_text()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return ""


@pytest.mark.parametrize(("word", "where"), [*REASONS.items(), *PHASES.items()], ids=str)
def test_each_reason_and_each_phase_is_looked_for(word: Reason | Phase, where: str) -> None:
    """By name, in the test that the table names."""
    assert re.search(rf"\b{type(word).__name__}\.{word.name}\b", provoking(where))


def test_no_reason_and_no_phase_is_left_out() -> None:
    """A new one brings its test, and one that stands here unused is said by nothing."""
    assert {*REASONS, *PHASES, *UNUSED} == {*Reason, *Phase}
    source = "".join(path.read_text() for path in sorted((TESTS.parent / "gslb/probes").rglob("*.py")))
    assert [str(word) for word in UNUSED if isinstance(word, Reason) and f"Reason.{word.name}" in source] == []
