"""gaitmap, the established package for gait with sensors on the foot; made for walking.

With the package alone (MIT): its event detection of Herzer on strides cut at mid-stance. When the separate
package gaitmap_mad (AGPL) has been installed in this environment: its own segmentation with limits relaxed
for running, and the event detection of Rampp. The package's own check of each stride, made for walking, is
off. Neither is imported by StrideSense.
"""

from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pandas as pd
from gaitmap.event_detection import HerzerEventDetection
from gaitmap.utils.coordinate_conversion import convert_left_foot_to_fbf
from peer import Method, Samples, answer, strides

LONGEST_CONTACT_S = 0.6
AXES = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")


def body_frame(samples: Samples) -> pd.DataFrame:
    """The samples as gaitmap wants them: its axes of the foot, m/s^2 and deg/s."""
    degrees = samples.gyr_radps * 57.29577951308232
    columns = dict(zip(AXES, [*samples.acc_mps2.T, *degrees.T], strict=True))
    return convert_left_foot_to_fbf(pd.DataFrame(columns))


def contacts(samples: Samples, events: pd.DataFrame) -> list[tuple[float, float]]:
    """Each landing with the first toe-off after it; a stride of gaitmap holds a toe-off, then a landing."""
    landings = samples.t_s[events["ic"].dropna().to_numpy(dtype=int)]
    leavings = np.sort(samples.t_s[events["tc"].dropna().to_numpy(dtype=int)])
    following = np.searchsorted(leavings, landings, side="right")
    pairs = [(a, leavings[i]) for a, i in zip(landings, following, strict=True) if i < len(leavings)]
    return [(float(a), float(b)) for a, b in pairs if b - a < LONGEST_CONTACT_S]


def herzer(samples: Samples, data: pd.DataFrame) -> Method:
    """Events of Herzer on strides from mid-stance to mid-stance, a third of a cycle after mid-swing."""
    cuts = [begin + (end - begin) // 3 for begin, end in pairwise(samples.mid_swings)]
    pieces = [(a, b) for a, b in pairwise(cuts) if b - a < 1.5 * samples.rate_hz]
    borders = pd.DataFrame(pieces, columns=["start", "end"]).rename_axis("s_id").reset_index()
    detection = HerzerEventDetection(enforce_consistency=False)
    detection = detection.detect(data, borders, sampling_rate_hz=samples.rate_hz)
    return strides("gaitmap Herzer", contacts(samples, detection.annotated_original_event_list_))


def rampp(samples: Samples, data: pd.DataFrame) -> Method:
    """gaitmap_mad's own way: stride template of Barth, events of Rampp."""
    from gaitmap.event_detection import RamppEventDetection  # noqa: PLC0415  a package of its own
    from gaitmap.stride_segmentation import BarthDtw  # noqa: PLC0415

    segmentation = BarthDtw(max_cost=8.0, min_match_length_s=0.4)
    found = segmentation.segment(data, sampling_rate_hz=samples.rate_hz).stride_list_
    detection = RamppEventDetection(enforce_consistency=False)
    detection = detection.detect(data, found, sampling_rate_hz=samples.rate_hz)
    return strides("gaitmap_mad Barth, Rampp", contacts(samples, detection.annotated_original_event_list_))


def methods(samples: Samples) -> list[Method]:
    """What of gaitmap is installed."""
    data = body_frame(samples)
    ways = [herzer, rampp] if find_spec("gaitmap_mad") else [herzer]
    return [way(samples, data) for way in ways]


if __name__ == "__main__":
    answer(methods)
