"""Tools that judge signed zones, as an operator runs them: what each finds wrong, empty where it finds nothing."""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import dns.name
import dns.query
import dns.rdatatype
import dns.zone
from dns.rdatatype import NSEC

from tests.kit.internet.daemon import ask
from tests.kit.internet.parents import Anchor
from tests.kit.servers.base import needs

PROSE = r"$|Loading zone|Verifying the zone|- [A-Z0-9]+$|DNSSEC completeness test failed"
"""Lines of verifiers that name no fault."""


class Tools:
    """The tools, with the anchor of the root in the form that each wants; `resolver` is for those that ask one."""

    def __init__(self, folder: Path, anchor: Anchor, resolver: str, server: str) -> None:
        self.folder = folder
        self.resolver = resolver
        self.server = server
        folder.mkdir(parents=True, exist_ok=True)
        tag, algorithm, kind, digest = anchor.ds.split()[-4:]
        self.files = {
            "hints": anchor.hints,
            "key": anchor.key + "\n",
            "anchors": f'trust-anchors {{ . static-ds {tag} {algorithm} {kind} "{digest}"; }};\n',
        }
        for name, text in self.files.items():
            (folder / name).write_text(text)
        self.root = anchor.address

    def zonemaster(self, zone: str) -> set[str]:
        """zonemaster-cli: the tags of everything from a warning on."""
        needs("zonemaster-cli", root=False)
        said = self._run("zonemaster-cli", "--hints", "hints", "--level", "WARNING", "--json", "--no-progress", zone)
        found = json.loads(said)
        lines = found["results"] if isinstance(found, dict) else found
        return {str(line["tag"]) for line in lines}

    def dnsviz(self, zone: str, names: tuple[str, ...] = ()) -> list[str]:
        """dnsviz probe, then print: lines marked with anything but "good", and those that tell of errors."""
        needs("dnsviz", root=False)
        self._run("dnsviz", "probe", "-A", "-a", ".", "-x", f".+:a.root-servers.net={self.root}", "-o", "probe.json",
                  zone, *names)  # fmt: skip
        said = self._run("dnsviz", "print", "-r", "probe.json", "-t", "key")
        marks = [
            line for line in said.splitlines() if re.match(r"\s*(\S+ )?\[[^.]", line) or re.search(r"\b[EW]:", line)
        ]
        return marks if f"\n{zone} [.] [.]" in said else [said]

    def delv(self, name: str, rtype: str) -> str:
        """delv: whether the answer, or its absence, is "fully validated"."""
        needs("bind9-dnsutils", "delv", root=False)
        said = self._run("delv", "-a", "anchors", "+root=.", f"@{self.resolver}", name, rtype)
        return "" if re.search(r"^; (negative response, )?fully validated", said, re.M) else said

    def drill(self, name: str, rtype: str) -> str:
        """drill: the chase of signatures from the answer up to the root."""
        needs("ldnsutils", "drill", root=False)
        said = self._run("drill", "-k", "key", "-S", name, rtype, f"@{self.resolver}")
        return "" if "Chase successful" in said else said

    def trace(self, name: str, rtype: str) -> str:
        """drill: the trace from the root down, asking every server itself."""
        needs("ldnsutils", "drill", root=False)
        said = self._run("drill", "-k", "key", "-r", "hints", "-TD", name, rtype)
        bad = re.search(r"^(\[[BUS]\]|;; Error)", said, re.M) or not re.search(
            r"^\[T\] .*" + re.escape(name), said, re.M
        )
        return said if bad else ""

    def verify(self, zone: str, lines: Iterable[str], *tool: str) -> list[str]:
        """ldns-verify-zone, or another of its kind, over all records of the zone: what is wrong."""
        needs("ldnsutils", "ldns-verify-zone", root=False)
        path = self.folder / "zone"
        path.write_text("\n".join(lines) + "\n")
        done = subprocess.run([*tool, str(path)], capture_output=True, text=True, timeout=60, check=False)
        said = [line for line in (done.stdout + done.stderr).splitlines() if not re.match(PROSE, line)]
        return said if done.returncode else []

    def _run(self, *line: str) -> str:
        done = subprocess.run(line, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
        return done.stdout or done.stderr


def transferred(server: str, zone: str) -> Iterator[str]:
    """Every record of a zone as AXFR has it."""
    found = dns.zone.Zone(zone, relativize=False)
    dns.query.inbound_xfr(server, found, timeout=10)
    yield from found.to_text(relativize=False).splitlines()


def walked(server: str, zone: str) -> Iterator[str]:
    """Every record of a zone with NSEC, asked of its server: each name's NSEC, and each type that it lists."""
    apex = name = dns.name.from_text(zone)
    while True:
        reply = ask(server, str(name), "NSEC")
        link = next(each for each in (*reply.answer, *reply.authority) if (each.name, each.rdtype) == (name, NSEC))[0]
        types = [window * 256 + place * 8 + bit for window, octets in link.windows for place, octet in enumerate(octets)
                 for bit in range(8) if octet & (0x80 >> bit)]  # fmt: skip
        if name == apex:
            types.sort(key=lambda rtype: rtype != dns.rdatatype.SOA)
        for rtype in types:
            if rtype != dns.rdatatype.RRSIG:
                yield from _records(server, name, rtype)
        name = link.next
        if name == apex:
            return


def _records(server: str, name: dns.name.Name, rtype: int) -> Iterator[str]:
    """The RRset with its signatures; at a delegation with its glue."""
    reply = ask(server, str(name), dns.rdatatype.to_text(rtype))
    held = [
        each for each in (*reply.answer, *reply.authority) if each.name == name and rtype in (each.rdtype, each.covers)
    ]
    if rtype == dns.rdatatype.NS and not reply.answer:
        held += reply.additional
    yield from dict.fromkeys(line for rrset in held for line in rrset.to_text().splitlines())
