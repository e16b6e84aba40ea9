"""What keys do at a moment, and when that changes next. Dates are Unix seconds."""

from collections.abc import Iterable
from dataclasses import astuple

from gslb.model.keys import ZoneKey


def published(keys: Iterable[ZoneKey], now: float) -> tuple[ZoneKey, ...]:
    """Those in the DNSKEY RRset."""
    return tuple(key for key in keys if key.is_published(now))


def key_signers(keys: Iterable[ZoneKey], now: float) -> tuple[ZoneKey, ...]:
    """Those that sign the RRsets DNSKEY, CDS and CDNSKEY: a signature of a key that is not published helps nobody."""
    return tuple(key for key in keys if key.signs_keys and key.is_signing(now) and key.is_published(now))


def data_signers(keys: Iterable[ZoneKey], now: float) -> tuple[ZoneKey, ...]:
    """Those that sign every other RRset, published or not: a new algorithm signs before it is seen (RFC 6781 4.1.4)."""
    return tuple(key for key in keys if key.signs_data and key.is_signing(now))


def next_change(keys: Iterable[ZoneKey], now: float) -> float | None:
    """The next date after `now` on which anything of these keys changes; None: nothing is planned."""
    dates = (date for key in keys for date in astuple(key.times) if date is not None and date > now)
    return min(dates, default=None)
