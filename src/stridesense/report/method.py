"""How the figures of the report were measured, and what they are not."""

from typing import Final
from xml.etree.ElementTree import Element

from stridesense import __version__
from stridesense.report.markup import element, table
from stridesense.report.session import ReportedSession

NOT_CLAIMED: Final = (
    "A foot pod sees a foot. It sees no muscle, no ankle angle and no force: nothing here is a force in "
    "newtons, a risk of injury or a diagnosis. Indices, loads and braking are proxies, good for comparing a "
    "runner with the same runner in the same shoes."
)

DEFINITIONS: Final = (
    (
        "contact time",
        "from initial to terminal contact, both at 5 % of the peak vertical load",
        "contact_time_s",
    ),
    ("cadence", "steps of both feet a minute, from the stride time of one foot", "cadence_spm"),
    ("foot angle at landing", "pitch of the foot at initial contact, toes up positive", "strike_angle_deg"),
    (
        "heel height",
        "of its lowest point after landing, above standing; 190 mm from heel to ball",
        "heel_height_mm",
    ),
    ("heel state", "kissed below 5 mm, held above 12 mm, partial between; our own borders", "heel_state"),
    ("heel drop", "how far the heel came down after landing, as a turn of the foot", "heel_drop_deg"),
    ("time on the ball of the foot", "from heel-off to terminal contact; heel-off is gradual", "ball_time_s"),
    ("push-off rate", "fastest toes-down turn late on the ground; it rises with speed", "push_off_rate_dps"),
    ("push-off against usual", "proxy: that rate over the runner's own at this speed", "push_off_index"),
    ("pull", "fastest toes-down turn after toe-off: the foot swinging up behind", "pull_rate_dps"),
    ("pull against push", "proxy: pull over push-off, against the runner's own", "push_pull_index"),
    ("braking", "proxy: forward speed of the foot just before contact over running speed", "braking_index"),
    (
        "speed, distance",
        "way from mid-stance to mid-stance, integrated; strides not measured add none",
        "speed_mps",
    ),
    ("impact", "largest acceleration at the pod within 60 ms of contact; no force on the leg", "impact_g"),
    ("calf load", "proxy: modelled force times lever over the contact, 1 for a usual stride", "calf_load"),
    ("quality", "0 to 1, our own weights of the doubts", "quality"),
)
"""What each figure is, and its heading in docs/metrics.md."""


def section(session: ReportedSession) -> Element:
    """The section about definitions."""
    rows = [(name, what, f"docs/metrics.md#{anchor}") for name, what, anchor in DEFINITIONS]
    about = session.about
    recorded = f" Recorded with {about.made_by}." if about.made_by else ""
    shoe = f" Shoe: {about.shoe}." if about.shoe else " No shoe profile."
    coach = session.gathered.report.coach
    log = f" Cue log: {coach.cue_log_sha256[:16]}." if coach is not None else ""
    return element(
        "section",
        element("h2", "How it was measured"),
        element("p", NOT_CLAIMED),
        table("Definitions", ("figure", "what it is", "more"), rows),
        element("p", f"Made by StrideSense {__version__}.{recorded}{shoe}{log}", class_="note"),
        id="method",
    )
