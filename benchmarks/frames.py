"""What a frame costs that a pod sends, and one that no pod would send, for every pod that is described.

python benchmarks/frames.py

The broken ones are golden vectors and simulated packets with bits turned, bytes cut or added, in the wrong
order and role, and with arrivals that jump.
"""

import json
import pickle
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from bench import show, us

from stridesense.model import Foot, RawPacket
from stridesense.protocol import registry
from stridesense.protocol.decoder import Decoder
from stridesense.protocol.frames import codec
from stridesense.simulator import load, simulate

VECTORS: Final = Path(__file__).resolve().parents[1] / "firmware_protocols"
SIMULATED: Final = ("sofp", "polar_pmd", "movesense_gsp", "rsc")
FRAMES: Final = 200_000
QUICK_FRAMES: Final = 300
GOAL_US: Final = 20.0
SIMULATED_S: Final = 30.0

JUMPS_NS: Final = (-(10**9), 10**9, 10**11, 10**13)
STEPS_NS: Final = (0, 1000, 10**6, 10**7, 3 * 10**7)

Value = tuple[str, bytes]
"""The role of a characteristic, and its bytes."""


@cache
def healthy(protocol: str) -> tuple[Value, ...]:
    """What a pod sends, in its order: a simulated run where there is one, else its golden vectors."""
    if protocol in SIMULATED:
        scenario = load("easy_run").shortened(SIMULATED_S)
        pod = scenario.pod.model_copy(update={"protocol": protocol, "acc_range_g": 8})
        run = simulate(scenario.model_copy(update={"pod": pod, "feet": ("left",)}))
        return tuple((packet.characteristic, packet.payload) for packet in run.packets())
    return _vectors(protocol)


@cache
def _vectors(protocol: str) -> tuple[Value, ...]:
    files = sorted(VECTORS.glob("*/vectors.json"))
    contents = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return tuple(
        (vector["characteristic"], bytes.fromhex(vector["hex"]))
        for content in contents
        if content["protocol"] == protocol
        for vector in content["vectors"]
    )


def mutated(protocol: str, frames: int, seed: int) -> Iterator[RawPacket]:
    """So many packets: some as they should be and in their order, most of them not."""
    random, sound = Random(seed), healthy(protocol)  # noqa: S311  no secret
    pool = sound + _vectors(protocol)
    roles = [*registry.find(protocol).characteristics, "link", "battery", "nonsense"]
    arrival_ns, following = 0, 0
    for _ in range(frames):
        if random.random() < 0.4:
            role, payload = sound[following % len(sound)]
            following += 1
        else:
            role, payload = _broken(random, pool, roles)
        arrival_ns += random.choice(STEPS_NS) if random.random() < 0.995 else random.choice(JUMPS_NS)
        yield RawPacket(Foot.LEFT, protocol, role, payload, max(0, arrival_ns))


def _broken(random: Random, pool: tuple[Value, ...], roles: list[str]) -> Value:
    role, whole = random.choice(pool)
    payload = bytearray(whole)
    place = random.randrange(len(payload) + 1)
    match random.randrange(10):
        case 0 if place < len(payload):
            payload[place] ^= 1 << random.randrange(8)
        case 1:
            del payload[place:]
        case 2:
            payload += random.randbytes(random.randrange(1, 40))
        case 3:
            payload[place : place + 4] = random.randbytes(4)
        case 4:
            payload[place : place + 2] = b""
        case 5:
            payload[:place] = random.choice(pool)[1][:place]
        case 6:
            payload[:] = random.randbytes(random.randrange(245))
        case 7:
            role = random.choice(roles)
        case _:
            pass
    return role, bytes(payload)


@dataclass(frozen=True, slots=True)
class Cost:
    """What packets of one protocol cost: seconds in all and of the worst one, and bytes of state after."""

    packets: int
    samples: int
    seconds: float
    worst_s: float
    state_bytes: int


def cost(packets: list[RawPacket]) -> Cost:
    """Feed a fresh decoder, packet by packet, by the processor's time; the description is read before."""
    codec(packets[0].protocol)
    decoder, seconds, worst_s = Decoder(), 0.0, 0.0
    for packet in packets:
        began_s = time.process_time()
        decoder.process(packet)
        took_s = time.process_time() - began_s
        seconds += took_s
        worst_s = max(worst_s, took_s)
    samples = decoder.counters[packets[0].foot].samples
    return Cost(len(packets), samples, seconds, worst_s, len(pickle.dumps(decoder.state)))


def _row(protocol: str, frames: int) -> list[str]:
    """In lots, so that not all packets are in memory at once."""
    lot = min(frames, 20_000)
    costs = [cost(list(mutated(protocol, lot, seed))) for seed in range(frames // lot)]
    mean_us = 1e6 * sum(each.seconds for each in costs) / frames
    worst_s, state_bytes = max(each.worst_s for each in costs), max(each.state_bytes for each in costs)
    sent = [RawPacket(Foot.LEFT, protocol, *value, 10**7 * k) for k, value in enumerate(healthy(protocol))]
    well = cost(sent) if protocol in SIMULATED else None
    return [
        protocol,
        f"{mean_us:.1f}",
        "yes" if mean_us <= GOAL_US else "NO",
        f"{1e3 * worst_s:.1f}",
        f"{state_bytes / 1024:.0f}",
        us(well.seconds, well.packets) if well else "-",
        us(well.seconds, well.samples) if well and well.samples else "-",
    ]


def main() -> None:
    """Print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything; no figure to quote")
    parser.add_argument("--frames", type=int, default=FRAMES, help="broken packets of each protocol")
    asked = parser.parse_args()
    frames = QUICK_FRAMES if asked.quick else asked.frames
    head = [
        "broken packets",
        "mean us",
        f"<= {GOAL_US:.0f}",
        "worst ms",
        "state KiB",
        "sound: us",
        "us a sample",
    ]
    rows = [_row(name, frames) for name in registry.names()]
    show(f"The decoder, {frames:,} broken packets a protocol", head, rows)


if __name__ == "__main__":
    main()
