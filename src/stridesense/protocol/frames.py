"""One pod's packets as frames: the codec that a description is turned into."""

from binascii import crc_hqx
from collections.abc import Iterable, Iterator
from functools import cache, partial

import numpy as np

from stridesense.errors import DeviceError
from stridesense.protocol import registry
from stridesense.protocol.builtin import Rows, builtin
from stridesense.protocol.counters import pod_counters
from stridesense.protocol.cutting import Cutter, FrameStart
from stridesense.protocol.frame import Memory, PodFrame
from stridesense.protocol.header import Header
from stridesense.protocol.layout import NO_FIELDS, Layout, Value
from stridesense.protocol.rows import NumberArray, PodConfig, RowReader, Stream
from stridesense.protocol.spec import ProtocolSpec


class PodCodec:
    """Reads the packets of one kind of pod as its description says; knows nothing of a single pod.

    Attributes:
        spec: the description.
        counters: how the pod counts ticks, samples and packets.
    """

    def __init__(self, spec: ProtocolSpec) -> None:
        self.spec = spec
        self._layouts = {role: Layout(role, it) for role, it in spec.characteristics.items()}
        layout = self._layouts.get("data") or Layout("data", NO_FIELDS)
        self._header = Header(spec, layout)
        self._readers = [RowReader(spec, samples, layout) for samples in spec.samples]
        self._fixed = [reader.fixed_config() for reader in self._readers]
        is_cut = spec.frames.come == "stream" and spec.codec is None
        self._cutter = Cutter(spec.frames, tuple(self._starts())) if is_cut else None
        self.counters = pod_counters(spec)

    @property
    def streams(self) -> frozenset[Stream]:
        """Which sensors come together, or apart."""
        return frozenset(reader.stream for reader in self._readers)

    def memory(self) -> Memory:
        """What a new connection with such a pod begins with."""
        return Memory(builtin=builtin(self.spec.codec) if self.spec.codec else None)

    def values(self, characteristic: str, payload: bytes) -> dict[str, Value]:
        """The fields of any characteristic by name.

        Raises:
            DeviceError: the characteristic is not described, or the bytes are not as described.
        """
        layout = self._layouts.get(characteristic)
        if layout is None:
            msg = f"{self.spec.name} has no characteristic {characteristic!r}"
            raise DeviceError(msg)
        return layout.values(payload)

    def learn(self, memory: Memory, payload: bytes) -> None:
        """Take a "config"; one that is read again stays the same object, so that it is no change.

        Raises:
            DeviceError: it is not as described, or has scales that are not positive.
        """
        values = self.values("config", payload)
        for kind, reader in enumerate(self._readers):
            config = reader.config(values, payload)
            known = memory.configs.get((kind, config.config_id))
            if known is None or known.payload != payload:
                memory.keep(kind, config)

    def frames(self, memory: Memory, role: str, payload: bytes, arrival_ns: int) -> Iterator[PodFrame | str]:
        """The frames that became whole with one value of a characteristic, and phrases for what is malformed.

        Raises:
            DeviceError: the value is not as described.
        """
        if memory.builtin is None and self._cutter is None and role == "data":
            return iter(self._read(memory, payload, arrival_ns))
        return self._each(memory, self._pieces(memory, role, payload), payload, arrival_ns)

    def rows(self, role: str, payload: bytes) -> list[tuple[int, NumberArray]]:
        """The samples of one value on its own: the kind of frame, and its numbers in our order of channels.

        Raises:
            DeviceError: the value is not as described.
        """
        memory = self.memory()
        memory.stand_in = PodConfig(b"", 0, 1.0, np.ones(1), np.full(1, np.inf))
        found = []
        for frame in self.frames(memory, role, payload, 0):
            if isinstance(frame, str):
                raise DeviceError(frame)
            kind = next(k for k, reader in enumerate(self._readers) if reader.stream == frame.stream)
            found.append((kind, frame.numbers))
        return found

    def _pieces(self, memory: Memory, role: str, payload: bytes) -> Iterable[bytes | Rows | str]:
        if memory.builtin is not None:
            return memory.builtin.cut(role, payload)
        if role == "data" and self._cutter is not None:
            return self._cutter.cut(memory.pending, payload)
        self.values(role, payload)
        return ()

    def _each(
        self, memory: Memory, pieces: Iterable[bytes | Rows | str], payload: bytes, arrival_ns: int
    ) -> Iterator[PodFrame | str]:
        """The frames of several pieces; one that is malformed does not take the others with it."""
        for piece in pieces:
            if isinstance(piece, str):
                yield piece
                continue
            try:
                if isinstance(piece, bytes):
                    yield from self._read(memory, piece, arrival_ns)
                else:
                    yield self._frame_of(memory, piece, payload, arrival_ns)
            except DeviceError as error:
                yield str(error)

    def _read(self, memory: Memory, frame: bytes, arrival_ns: int) -> list[PodFrame]:
        """The frames of one packet: one, but for rows whose own counter jumps."""
        kind = self._kind_of(frame)
        if kind is None:
            return []
        reader = self._readers[kind]
        raw = self._header.unpack(frame)
        count = reader.count(raw, len(frame) - reader.start)
        self._check_whole(frame, raw, count, reader.end(count))
        config = self._config(memory, kind, raw)
        numbers = reader.numbers(frame, count)
        sequence, index, ticks, overflow, drop = self._header.told(raw)
        indices = reader.indices(numbers)
        runs = [(0, count, index)] if indices is None else self._runs(memory, indices)
        measured = reader.measured(numbers, config)
        return [
            PodFrame(
                stream=reader.stream,
                sequence=sequence,
                sample_index=first,
                ticks=ticks,
                marked=self._header.marked(stop - start),
                config=config,
                sensor_overflow=overflow,
                transmit_drop=drop,
                numbers=measured if indices is None else measured[start:stop],
                payload=frame,
                arrival_ns=arrival_ns,
            )
            for start, stop, first in runs
        ]

    def _frame_of(self, memory: Memory, rows: Rows, payload: bytes, arrival_ns: int) -> PodFrame:
        reader, config = self._readers[rows.kind], self._told_config(memory, rows)
        return PodFrame(
            stream=reader.stream,
            sequence=-1,
            sample_index=-1,
            ticks=rows.ticks,
            marked=self._header.marked(len(rows.numbers)),
            config=config,
            sensor_overflow=False,
            transmit_drop=False,
            numbers=reader.measured(rows.numbers, config),
            payload=payload + rows.ticks.to_bytes(16, "little"),
            arrival_ns=arrival_ns,
        )

    def _runs(self, memory: Memory, indices: list[int]) -> list[tuple[int, int, int]]:
        return memory.runs(indices, self.spec.loss.also_wraps_at, self.counters.index_modulus)

    def _check_whole(self, frame: bytes, raw: tuple[int, ...], count: int, end: int) -> None:
        if count == 0 or len(frame) < end:
            msg = f"data has {len(frame)} bytes, {count} samples end at byte {end}"
            raise DeviceError(msg)
        if self.spec.checksum and self._header.has_checksum(raw):
            _check_crc16(frame, end)

    def _kind_of(self, frame: bytes) -> int | None:
        """Which of the kinds of samples the frame has; None if it is known to have none."""
        for kind, reader in enumerate(self._readers):
            begins = reader.samples.begins
            if not begins or frame.startswith(begins):
                return kind
        if any(frame.startswith(ignored.begins) for ignored in self.spec.frames.ignored):
            return None
        msg = f"data begins with {frame[:2].hex(' ') or 'nothing'}, which is not described"
        raise DeviceError(msg)

    def _config(self, memory: Memory, kind: int, raw: tuple[int, ...]) -> PodConfig:
        fixed = self._fixed[kind]
        if fixed is not None:
            return fixed
        config_id = self._header.config_id(kind, raw)
        config = memory.configs.get((kind, config_id), memory.stand_in)
        if config is None:
            msg = f"data names config {config_id}, which has not been read"
            raise DeviceError(msg)
        return config

    def _told_config(self, memory: Memory, rows: Rows) -> PodConfig:
        """The description's, with what the pod itself tells; the same object as long as it tells the same."""
        fixed = self._config(memory, rows.kind, ())
        if rows.limits is None and rows.rate_hz is None:
            return fixed
        known = memory.configs.get((rows.kind, 0))
        limits = fixed.limits if rows.limits is None else rows.limits
        rate_hz = rows.rate_hz or fixed.nominal_rate_hz
        if known is None or known.nominal_rate_hz != rate_hz or (known.limits != limits).any():
            known = PodConfig(b"", 0, rate_hz, fixed.scales, limits)
            memory.configs[rows.kind, 0] = known
        return known

    def _starts(self) -> Iterator[FrameStart]:
        for reader in self._readers:
            for begins in reader.samples.begins:
                yield FrameStart(begins, partial(self._size, reader))
        for ignored in self.spec.frames.ignored:
            yield FrameStart(ignored.begins, partial(_fixed_size, ignored.size), is_skipped=True)

    def _size(self, reader: RowReader, frame: bytes) -> int | None:
        if len(frame) < self._header.layout.size:
            return None
        try:
            return reader.end(reader.count(self._header.unpack(frame), 0))
        except DeviceError:  # a constant is another: it only begins like a frame
            return 0


@cache
def codec(protocol: str) -> PodCodec:
    """The codec of a described protocol; raises DeviceError if there is none."""
    return PodCodec(registry.find(protocol))


def _fixed_size(size: int | None, _: bytes) -> int | None:
    return size


def _check_crc16(payload: bytes, end: int) -> None:
    if len(payload) < end + 2:
        msg = f"data has {len(payload)} bytes, its checksum ends at byte {end + 2}"
        raise DeviceError(msg)
    stated = int.from_bytes(payload[end : end + 2], "little")
    computed = crc_hqx(payload[:end], 0xFFFF)
    if stated != computed:
        msg = f"data has the checksum {stated:04x}, its bytes give {computed:04x}"
        raise DeviceError(msg)
