"""State names: TXT under `_gslb`, for those whom configuration allows to ask; for all others they do not exist.

Others are told whatever the zone says without them: NXDOMAIN mostly, with its proof in a signed zone. A refusal would
tell that there is something, and make resolvers take this server for a broken one.
"""

from gslb.dns.codes import ANY, TXT
from gslb.dns.lookup import Hit, Kind, nodata
from gslb.handoff.layout import STATE_KEY
from gslb.handoff.table import Table

MARK = b"\x05_gslb"
"""What every state name holds, lower-cased."""


def find_state(table: Table, name: bytes, qtype: int) -> Hit | None:
    """The entry of a state name; None when it is no such name, so that the zone is to answer."""
    number = table.names.find(STATE_KEY + name)
    if number < 0:
        return None
    node = table.names.node(number)
    if qtype not in (TXT, ANY):
        return nodata(table, node.zone)
    slot = table.names.slot(node, TXT)
    entry = table.parts[node.part].entry(slot)
    return None if entry is None else Hit(Kind.ANSWER, node.part, slot, entry, node.zone)
