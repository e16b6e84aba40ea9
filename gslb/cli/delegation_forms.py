"""A delegation in the words of whoever has to enter it: a zone file, Windows DNS, a registrar's form, a program."""

import base64
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from gslb.keys.delegating import Digest, ds
from gslb.model import names
from gslb.model.keys import Algorithm, ZoneKey
from gslb.model.values import Address
from gslb.model.zones import NameServer, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A zone, the parent (wire name) that delegates it, and the keys whose DS belong there."""

    zone: Zone
    parent: bytes
    keys: tuple[ZoneKey, ...] = ()
    digests: tuple[Digest, ...] = (Digest.SHA256,)


class Ds(NamedTuple):
    """One DS record, by its fields."""

    tag: int
    algorithm: int
    digest_type: int
    digest: str

    def __str__(self) -> str:
        return f"{self.tag} {self.algorithm} {self.digest_type} {self.digest}"


def all_ds(whole: Delegation) -> Iterator[Ds]:
    """Each key by each digest."""
    for key in whole.keys:
        for digest in whole.digests:
            rdata = ds(key, digest)
            yield Ds(key.tag, key.algorithm, digest, rdata[4:].hex().upper())


def _glue(whole: Delegation, server: NameServer) -> tuple[Address, ...]:
    """Addresses stand with the delegation of a name inside the zone (RFC 1034 section 4.2.1)."""
    return server.addresses if names.is_below(server.name, whole.zone.name) else ()


def bind(whole: Delegation) -> Iterator[str]:
    """Lines of the parent's zone file: NS, glue, DS."""
    owner, ttl = names.to_text(whole.zone.name), whole.zone.static_ttl
    for server in whole.zone.nameservers:
        yield f"{owner}\t{ttl}\tIN\tNS\t{names.to_text(server.name)}"
    for server in whole.zone.nameservers:
        for address in _glue(whole, server):
            rtype = "A" if address.version == 4 else "AAAA"
            yield f"{names.to_text(server.name)}\t{ttl}\tIN\t{rtype}\t{address}"
    yield from (f"{owner}\t{ttl}\tIN\tDS\t{each}" for each in all_ds(whole))


def windows(whole: Delegation) -> Iterator[str]:
    """Commands for the parent's server: PowerShell where it has one, dnscmd for the rest."""
    parent = names.to_text(whole.parent).removesuffix(".") or "."
    child = names.to_text(whole.zone.name).removesuffix("." + names.to_text(whole.parent).lstrip("."))
    for server in whole.zone.nameservers:
        addresses = ",".join(f'"{address}"' for address in _glue(whole, server))
        host = names.to_text(server.name)
        if addresses:
            yield (
                f'Add-DnsServerZoneDelegation -Name "{parent}" -ChildZoneName "{child}"'
                f' -NameServer "{host}" -IPAddress {addresses}'
            )
        else:
            yield f"dnscmd /RecordAdd {parent} {child} NS {host}"
    for each in all_ds(whole):
        yield _windows_ds(each, parent, child)


def _windows_ds(each: Ds, parent: str, child: str) -> str:
    if each.algorithm != Algorithm.ECDSAP256SHA256:
        return f"dnscmd /RecordAdd {parent} {child} DS {each}"
    return (
        f'Add-DnsServerResourceRecordDS -ZoneName "{parent}" -Name "{child}" -KeyTag {each.tag}'
        f" -CryptoAlgorithm ECDsaP256Sha256 -DigestType {Digest(each.digest_type).name.capitalize()}"
        f' -Digest "{each.digest}"'
    )


def registrar(whole: Delegation) -> Iterator[str]:
    """What a registrar's form asks for, field by field."""
    for server in whole.zone.nameservers:
        addresses = "".join(f" {address}" for address in _glue(whole, server))
        yield f"name server: {names.to_text(server.name).removesuffix('.')}{addresses}"
    for each in all_ds(whole):
        algorithm, digest = Algorithm(each.algorithm).name, Digest(each.digest_type).name.replace("SHA", "SHA-")
        yield (
            f"DS: key tag {each.tag}, algorithm {each.algorithm} ({algorithm}), "
            f"digest type {each.digest_type} ({digest}), digest {each.digest}"
        )
    for key in whole.keys:
        flags, protocol, number, public = _dnskey(key)
        yield f"public key, if the form wants it: flags {flags}, protocol {protocol}, algorithm {number}, key {public}"


def _dnskey(key: ZoneKey) -> tuple[int, int, int, str]:
    flags, protocol, algorithm = struct.unpack_from("!HBB", key.dnskey)
    return flags, protocol, algorithm, base64.b64encode(key.dnskey[4:]).decode()


FORMS: dict[str, Callable[[Delegation], Iterator[str]]] = {"bind": bind, "windows": windows, "registrar": registrar}
"""The forms of `--form`."""


def as_dict(whole: Delegation) -> dict[str, Any]:
    """For programs."""
    return {
        "zone": whole.zone.text,
        "parent": names.to_text(whole.parent).removesuffix("."),
        "ttl": whole.zone.static_ttl,
        "nameservers": [
            {
                "name": names.to_text(server.name).removesuffix("."),
                "glue": [str(address) for address in _glue(whole, server)],
            }
            for server in whole.zone.nameservers
        ],
        "ds": [
            {"key_tag": each.tag, "algorithm": each.algorithm, "digest_type": each.digest_type, "digest": each.digest}
            for each in all_ds(whole)
        ],
        "dnskey": [
            dict(zip(("flags", "protocol", "algorithm", "public_key"), _dnskey(key), strict=True)) for key in whole.keys
        ],
    }
