"""What the parent holds of a zone, against what it should hold."""

from collections.abc import Iterator, Sequence

import dns.name

from gslb.errors import Fault
from gslb.keys.delegating import Digest, delegated, ds
from gslb.keys.timing import key_signers
from gslb.model.keys import ZoneKey
from gslb.model.settings import Endpoint
from gslb.model.zones import Zone
from gslb.probes.resolver import Found, ask


async def parent_warnings(
    zone: Zone, keys: Sequence[ZoneKey], now: float, resolver: Endpoint | None
) -> tuple[Fault, ...]:
    """The DS RRset as a resolver gives it, against the keys of a zone (none: it is not signed) at `now`."""
    found = await ask(dns.name.from_text(zone.text), "DS", resolver)
    return tuple(Fault(path=zone.path, key="dnssec", message=told) for told in verdicts(zone, keys, now, found))


def verdicts(zone: Zone, keys: Sequence[ZoneKey], now: float, found: Found) -> Iterator[str]:
    """In sentences what does not fit; nothing where all does."""
    wanted = delegated(keys, now)
    if found.error:
        if zone.dnssec is not None:
            yield f"the DS of {zone.text} cannot be asked: {found.error}"
    elif not found.rdatas:
        if wanted:
            yield f"the parent has no DS, so nobody validates this zone; gslb delegation {zone.text} prints it"
    elif not any(_is_held(key, found) for key in key_signers(keys, now)):
        remedy = f"put there what gslb delegation {zone.text} prints" if wanted else "take it away"
        yield f"the parent has a DS, and no key that signs has it: validators refuse the whole zone; {remedy}"
    else:
        yield from (
            f"the parent has no DS of key {key.tag}, which is due" for key in wanted if not _is_held(key, found)
        )


def _is_held(key: ZoneKey, found: Found) -> bool:
    return any(ds(key, digest) in found.rdatas for digest in Digest)
