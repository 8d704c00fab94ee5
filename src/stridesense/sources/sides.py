"""On which foot a pod says that it is worn."""

from typing import Final

from stridesense.model import Foot
from stridesense.protocol.spec import ProtocolSpec
from stridesense.sources.radio import Connection

SIDES: Final = {1: Foot.LEFT, 2: Foot.RIGHT}


async def told_side(connection: Connection, spec: ProtocolSpec) -> Foot:
    """Ask a pod for its side; unknown where it has no word for that.

    Raises:
        RefusedError, PairingError: the pod does not tell.
        LinkError: the connection broke.
    """
    reference = spec.facts.side
    if not isinstance(reference, str):
        return Foot.UNKNOWN
    described = spec.characteristics[reference.partition(".")[0]]
    field = spec.field(reference)
    uuid = connection.find(described.uuid)
    if uuid is None or field.offset is None or "read" not in described.access:
        return Foot.UNKNOWN
    value = (await connection.read(uuid))[field.offset : field.offset + field.width]
    return SIDES.get(int.from_bytes(value, "little"), Foot.UNKNOWN)
