"""A session as a FIT activity: a record each second, the runner's marks as laps, and the totals.

What was not measured in a second is not in its record: FIT also has a sign for "invalid", but of a field of
one's own not every reader knows it. Cues are left out, as the profile has no message for such words.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID
from zlib import crc32

from fit_tool.base_type import BaseType
from fit_tool.data_message import DataMessage
from fit_tool.definition_message import DefinitionMessage
from fit_tool.developer_field import DeveloperField
from fit_tool.field import Field
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.profile_type import (
    Activity,
    Event,
    EventType,
    FileType,
    LapTrigger,
    Manufacturer,
    SessionTrigger,
    Sport,
    SubSport,
)

from stridesense.recording.export_activity import RECORD, Row, Stretch, activity_rows, laps_of, whole_of
from stridesense.recording.export_fields import OWN
from stridesense.recording.export_session import SessionRecord

APPLICATION: Final = UUID("4f6b6a52-2d0a-4c0e-9a55-8a3d5b0c7e11")
"""Stands for StrideSense in developer fields; our own choice, never to be changed."""

FIRST_UNIX_S: Final = 631_065_600
"""FIT counts seconds from 1989-12-31 00:00 UTC (Garmin's FIT protocol, date_time)."""

_LAST_UNIX_S: Final = FIRST_UNIX_S + 0xFFFF_FFFE
_MS_PER_S: Final = 1000
_TIME: Final = "timestamp"
_TEXT_LENGTH: Final = 60  # a text has at most 255 bytes, a sign up to 4
_FIRST_LOCAL: Final = 1
_LOCALS: Final = 15
"""Numbers of definitions that hold at the same time: FIT has 16, of which 0 serves all but the records."""


def fit_bytes(session: SessionRecord, utc_offset_s: int = 0) -> bytes:
    """The session as a FIT file.

    Args:
        session: with strides or readings.
        utc_offset_s: local time less UTC at the end of the session.

    Raises:
        ValueError: the session is of a time that FIT cannot tell, or lasts for weeks.
    """
    if not FIRST_UNIX_S <= session.zero_unix_s <= _LAST_UNIX_S - max(0.0, session.end_s):
        msg = "is of a time that FIT cannot tell (before 1990)"
        raise ValueError(msg)
    rows = activity_rows(session)
    whole, laps = whole_of(session, rows), laps_of(session, rows)
    builder = FitFileBuilder()
    for message in _head(session, whole.start_unix_s):
        builder.add(message)
    for message in _records(rows, whole.start_unix_s):
        builder.add(message)
    for message in _tail(laps, whole, utc_offset_s):
        builder.add(message)
    made: bytes = builder.build_bytes()
    return made


def _head(session: SessionRecord, start_unix_s: int) -> Iterator[DataMessage]:
    """What stands before the records: whose file, what made it, and which fields of our own there are."""
    file = FileIdMessage()
    file.type, file.manufacturer, file.product = FileType.ACTIVITY, Manufacturer.DEVELOPMENT.value, 0
    file.serial_number = crc32(session.session_id.encode()) or 1
    file.time_created, file.product_name = _MS_PER_S * start_unix_s, "StrideSense"
    yield file
    developer = DeveloperDataIdMessage()
    developer.application_id, developer.developer_data_index = list(APPLICATION.bytes), 0
    developer.manufacturer_id = Manufacturer.DEVELOPMENT.value
    yield developer
    for number, own in enumerate(OWN):
        described = FieldDescriptionMessage()
        described.developer_data_index, described.field_definition_number = 0, number
        described.fit_base_type_id = BaseType.FLOAT32.value
        described.field_name, described.units = own.name, own.units
        yield described
    device = DeviceInfoMessage()
    device.timestamp, device.device_index = _MS_PER_S * start_unix_s, 0
    device.manufacturer, device.product = Manufacturer.DEVELOPMENT.value, 0
    device.product_name, device.descriptor = "StrideSense", session.software_version[:_TEXT_LENGTH]
    yield device
    yield _timer(start_unix_s, EventType.START)


def _timer(unix_s: int, kind: EventType) -> EventMessage:
    event = EventMessage()
    event.timestamp, event.event, event.event_type = _MS_PER_S * unix_s, Event.TIMER, kind
    return event


def _records(rows: Sequence[Row], start_unix_s: int) -> Iterator[DataMessage]:
    """The records; those with the same fields share a definition.

    A message of the library's own class has a hundred fields, and each is looked at several times; these have
    only those that are filled.
    """
    known = {field.name: field for field in RecordMessage().fields if field.name in {_TIME, *RECORD}}
    known |= {own.name: _own_field(number) for number, own in enumerate(OWN)}
    definitions: dict[tuple[str, ...], DefinitionMessage] = {}
    for number, row in enumerate(rows):
        values = {**row, _TIME: _MS_PER_S * (start_unix_s + number)}
        names = tuple(name for name, field in known.items() if _fits(field, values[name]))
        message = _record([(known[name], values[name]) for name in names])
        if names not in definitions:
            message.local_id = _FIRST_LOCAL + len(definitions) % _LOCALS
            definitions[names] = DefinitionMessage.from_data_message(message)
        message.local_id, message.definition_message = definitions[names].local_id, definitions[names]
        yield message


def _record(filled: Sequence[tuple[Any, float | None]]) -> DataMessage:
    native, own = list[Field](), list[DeveloperField]()
    for field, value in filled:
        if isinstance(field, DeveloperField):
            own.append(DeveloperField.from_developer_field(field))
            own[-1].set_value(0, value)
        else:
            native.append(Field.from_field(field))
            native[-1].set_value(0, value)
    return DataMessage(
        global_id=RecordMessage.ID, name=RecordMessage.NAME, fields=native, developer_fields=own
    )


def _own_field(number: int) -> DeveloperField:
    own = OWN[number]
    return DeveloperField(
        field_id=number,
        developer_data_index=0,
        name=own.name,
        units=own.units,
        base_type=BaseType.FLOAT32,
        size=BaseType.FLOAT32.size,
    )


def _fits(field: Any, value: float | None) -> bool:  # noqa: ANN401 - the library has no types
    """Whether there is a value, and the field has room for it; its highest number means "invalid"."""
    if value is None:
        return False
    kind: BaseType = field.base_type
    return bool(kind.is_float() or 0 <= field.encode_value(value) < kind.max)


def _tail(laps: Sequence[Stretch], whole: Stretch, utc_offset_s: int) -> Iterator[DataMessage]:
    """What follows the records: the end of the clock, laps, session, activity."""
    yield _timer(whole.end_unix_s, EventType.STOP_ALL)
    for number, stretch in enumerate(laps):
        lap = _totals(LapMessage(), stretch, number)
        lap.event, lap.event_type = Event.LAP, EventType.STOP
        lap.lap_trigger = LapTrigger.SESSION_END if stretch is laps[-1] else LapTrigger.MANUAL
        yield lap
    session = _totals(SessionMessage(), whole, 0)
    session.event, session.event_type = Event.SESSION, EventType.STOP
    session.first_lap_index, session.num_laps = 0, len(laps)
    session.trigger = SessionTrigger.ACTIVITY_END
    yield session
    activity = ActivityMessage()
    activity.timestamp, activity.total_timer_time = _MS_PER_S * whole.end_unix_s, whole.lasts_s
    activity.local_timestamp = whole.end_unix_s + utc_offset_s - FIRST_UNIX_S
    activity.num_sessions, activity.type = 1, Activity.MANUAL
    activity.event, activity.event_type = Event.ACTIVITY, EventType.STOP
    yield activity


def _totals(message: Any, stretch: Stretch, number: int) -> Any:  # noqa: ANN401 - the library has no types
    """Fill in what lap and session have in common."""
    message.message_index = number
    message.sport, message.sub_sport = Sport.RUNNING, SubSport.GENERIC
    message.timestamp = _MS_PER_S * stretch.end_unix_s
    message.start_time = _MS_PER_S * stretch.start_unix_s
    message.total_elapsed_time = message.total_timer_time = stretch.lasts_s
    if stretch.strides:
        message.total_strides = stretch.strides
    for name, value in stretch.totals().items():
        field = message.get_field_by_name(name)
        if _fits(field, value):
            field.set_value(0, value)
    return message
