"""Messages of the run itself: strides, their shapes, pods and their links, hops."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from stridesense.contract.messages_base import (
    Count,
    Enveloped,
    FlagName,
    GaitName,
    LinkStateName,
    Percent,
    Share,
    ZeroName,
)
from stridesense.model import Foot, HeelState, StrikeType


class StrideMessage(Enveloped):
    """One stride; `docs/metrics.md` says what each field is, where it comes from and what it cannot tell."""

    about: ClassVar = "each stride"

    type: Literal["stride"] = Field(description="kind of message")
    foot: Foot = Field(description="which foot")
    index: Count = Field(description="running number of the stride on this foot, from 0")
    gait: GaitName = Field(description="how the runner moves")
    initial_contact_s: float = Field(description="the foot meets the ground [s, session clock]")
    terminal_contact_s: float = Field(description="the foot leaves the ground [s, session clock]")
    stride_time_s: float | None = Field(None, description="to the next contact of this foot [s]")
    contact_time_s: float = Field(description="on the ground, from 5 % to 5 % of the peak load [s]")
    swing_time_s: float | None = Field(None, description="off the ground [s]")
    duty_factor: float | None = Field(None, description="contact time over stride time [ratio]")
    cadence_spm: float | None = Field(None, description="steps of both feet [1/min]")
    flight_time_s: float | None = Field(None, description="neither foot on the ground, per step [s]")
    step_time_s: float | None = Field(None, description="to the other foot's next contact [s]")
    step_asymmetry_percent: float | None = Field(None, description="steps of this stride, 0 when even [%]")
    clock_residual_s: float | None = Field(None, description="doubt between the two pods' clocks [s]")
    strike_type: StrikeType | None = Field(None, description="what meets the ground first")
    strike_angle_deg: float | None = Field(None, description="pitch at contact, toes up positive [deg]")
    heel_down_s: float | None = Field(None, description="the heel comes down [s, session clock]")
    heel_off_s: float | None = Field(None, description="the heel rises [s, session clock]")
    ball_time_s: float | None = Field(None, description="the ball of the foot carries alone [s]")
    heel_drop_deg: float | None = Field(None, description="how far the heel sinks after landing [deg]")
    heel_height_mm: float | None = Field(None, description="heel above standing, at its lowest [mm]")
    heel_state: HeelState | None = Field(None, description="what the heel does after landing")
    push_off_rate_dps: float | None = Field(None, description="fastest toes-down turn before toe-off [deg/s]")
    push_off_index: float | None = Field(None, description="that over what is usual at this speed [ratio]")
    pull_rate_dps: float | None = Field(None, description="fastest toes-down turn after toe-off [deg/s]")
    pull_delay_s: float | None = Field(None, description="from toe-off to that turn [s]")
    push_pull_index: float | None = Field(None, description="pull over push, against the usual [ratio]")
    impact_g: float | None = Field(None, description="hardest jolt of the landing [g]")
    braking_index: float | None = Field(
        None, description="foot's speed at contact over running speed [ratio]"
    )
    speed_mps: float | None = Field(None, description="running speed [m/s]")
    stride_length_m: float | None = Field(None, description="level distance of the stride [m]")
    slope_deg: float | None = Field(None, description="slope of the ground, uphill positive [deg]")
    turn_deg: float | None = Field(None, description="turn about the vertical, left positive [deg]")
    calf_load: float | None = Field(None, description="proxy of calf load, 1 for a usual midfoot stride")
    model_peak_force_bw: float | None = Field(None, description="spring-mass peak force [body weights]")
    model_com_drop_m: float | None = Field(None, description="spring-mass drop of the centre of mass [m]")
    model_vertical_stiffness_npmkg: float | None = Field(
        None, description="spring-mass stiffness per body mass [N/m/kg]"
    )
    quality: Share = Field(description="how clear the stride was, 1 for clear [share]")
    flags: tuple[FlagName, ...] = Field(description="named reasons for doubt")


class ShapeMessage(Enveloped):
    """How the foot turned through one stride, for drawing."""

    about: ClassVar = "each stride whose next contact was seen"

    type: Literal["shape"] = Field(description="kind of message")
    foot: Foot = Field(description="which foot")
    initial_contact_s: float = Field(description="begin, as in the stride's own message [s, session clock]")
    stride_time_s: float = Field(description="how long it took [s]")
    zero: ZeroName = Field(description="where flat is known from; unless `standing` only differences hold")
    pitch_deg: Annotated[tuple[float, ...], Field(min_length=2)] = Field(
        description="pitch in equal steps of time from contact to contact, 51 values, toes up positive [deg]"
    )


class ReadingMessage(Enveloped):
    """What a pod that makes its own figures says of the run."""

    about: ClassVar = "about each second, from a pod that makes its own figures"

    type: Literal["reading"] = Field(description="kind of message")
    foot: Foot = Field(description="which foot")
    t_s: float = Field(description="when it arrived [s, session clock]")
    speed_mps: float | None = Field(None, description="running speed [m/s]")
    cadence_spm: float | None = Field(None, description="steps of both feet [1/min]")
    stride_length_m: float | None = Field(None, description="stride length [m]")
    distance_m: float | None = Field(None, description="distance since the pod began [m]")
    power_w: float | None = Field(None, description="the pod's own power figure [W]")
    running: bool | None = Field(None, description="whether the pod takes it for running, not walking")


class LinkMessage(Enveloped):
    """One pod's link, and what became of its samples so far."""

    about: ClassVar = "each second, and when a pod's link changes"

    type: Literal["link"] = Field(description="kind of message")
    foot: Foot = Field(description="which foot")
    t_s: float = Field(description="host's time of it [s, session clock]")
    state: LinkStateName | None = Field(None, description="how pod and host stand to each other")
    protocol: str = Field(description="name of the pod's description")
    address: str | None = Field(None, description="Bluetooth address")
    name: str | None = Field(None, description="name that the pod gives itself")
    firmware: str | None = Field(None, description="version of its firmware")
    reason: str | None = Field(None, description="sentence for the runner, where the state needs one")
    battery_percent: Percent | None = Field(None, description="battery [%]")
    rssi_dbm: int | None = Field(None, description="signal when it was found [dBm]")
    sampling_rate_hz: float | None = Field(None, description="true rate by the pod's clock [Hz]")
    reconnects: Count = Field(description="connections after the first")
    packets: Count = Field(description="packets that arrived")
    samples: Count = Field(description="samples in them")
    gaps: Count = Field(description="holes in the samples")
    duplicates: Count = Field(description="packets that came twice")
    late: Count = Field(description="packets that came too late to be used")
    malformed: Count = Field(description="packets that the pod's description does not allow")
    lost_sensor: Count | None = Field(None, description="samples lost: the sensor's queue overflowed")
    lost_transmit: Count | None = Field(None, description="samples lost: the pod dropped packets")
    lost_radio: Count | None = Field(None, description="samples lost: packets did not arrive")
    lost_stall: Count | None = Field(None, description="samples lost: time stamps jump, nothing says why")
    lost_link: Count | None = Field(None, description="samples lost: the connection was lost")


class HopMessage(Enveloped):
    """One hop of a drill."""

    about: ClassVar = "each hop of a drill"

    type: Literal["hop"] = Field(description="kind of message")
    foot: Foot = Field(description="which foot")
    t_s: float = Field(description="the foot meets the ground [s, session clock]")
    number: Count = Field(description="which hop of this drill")
    contact_time_s: float = Field(description="on the ground [s]")
    flight_time_s: float | None = Field(None, description="in the air, mean of before and after [s]")
    heel_touched: bool | None = Field(None, description="whether the heel touched")
    symmetry_percent: float | None = Field(
        None, description="contact against the other foot's last one, (left - right) / mean [%]"
    )
