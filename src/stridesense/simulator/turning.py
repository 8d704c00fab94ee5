"""Roll and yaw of the foot: it lands on its outer edge, rolls inward, and points a little outward."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from stridesense.model import Foot, Gait
from stridesense.simulator.contact import Contact
from stridesense.simulator.quintic import Quintic
from stridesense.simulator.runner_model import Turning

_ROLL_SHARE: Final = {Gait.RUN: 1.0, Gait.WALK: 0.6, Gait.HOP: 0.3}


def roll_curve(foot: Foot, contacts: Sequence[Contact], turning: Turning) -> Quintic:
    """Roll in rad over session time, left edge up positive: outward at contact, inward in mid-stance.

    The signs are those of a right foot; the left one is its mirror image.
    """
    points = [(contacts[0].initial_contact_s, 0.0)]
    for contact, following in pairwise(contacts):
        end_s, stance_s = contact.terminal_contact_s, contact.plan.contact_time_s
        share = _ROLL_SHARE[contact.plan.gait]
        if contact.stands:
            points += [(points[-1][0] + 0.1, 0.0), (end_s - 0.5 * stance_s, 0.0)]
        points += [(end_s, turning.leaving_roll_deg * share)]
        begin_s, share = following.initial_contact_s, _ROLL_SHARE[following.plan.gait]
        points += [
            (begin_s, turning.landing_roll_deg * share),
            (begin_s + 0.45 * following.plan.contact_time_s, turning.stance_roll_deg * share),
        ]
    points += [(points[-1][0] + 1.0, 0.0)]
    mirror = -1.0 if foot is Foot.LEFT else 1.0
    return Quintic.through([(t, mirror * np.radians(deg), 0.0, 0.0) for t, deg in points])


def yaw_curve(foot: Foot, contacts: Sequence[Contact], turning: Turning) -> Quintic:
    """Direction of the toes in rad over session time, counter-clockwise positive; fixed in contact."""
    outward = np.radians(1.0) if foot is Foot.LEFT else -np.radians(1.0)
    toe_out = turning.toe_out_deg * outward
    points = [(contacts[0].initial_contact_s, contacts[0].heading_rad + toe_out)]
    for contact, following in pairwise(contacts):
        end_s, begin_s = contact.terminal_contact_s, following.initial_contact_s
        between = (
            (contact.heading_rad + following.heading_rad) / 2 + toe_out + turning.swing_out_deg * outward
        )
        points += [
            (end_s, contact.heading_rad + toe_out),
            ((end_s + begin_s) / 2, between),
            (begin_s, following.heading_rad + toe_out),
        ]
    points += [(points[-1][0] + 1.0, contacts[-1].heading_rad + toe_out)]
    return Quintic.through([(t, yaw, 0.0, 0.0) for t, yaw in points])
