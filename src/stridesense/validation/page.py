"""The page of accuracy: every figure in it was measured in the run that wrote it, or is a quoted record."""

from collections.abc import Iterable, Sequence
from typing import Final

from stridesense import __version__
from stridesense.validation import method_tables, real_tables, tables
from stridesense.validation.bars import verdicts
from stridesense.validation.markdown import Row, section, table
from stridesense.validation.records import RECORDS
from stridesense.validation.study import Study
from stridesense.validation.verdicts import Status, Verdict

TERMS: Final = """\
Everything here is **simulated** unless it says *real*: two virtual runners with exact truth and a pod with
the errors of a real chip, but no soft tissue and no real shoe. `soft_shoe` differs from `rigid_sole` in foot,
shoe, course of the pitch and place of the pod, so that nothing can be taken for granted. Published figures
come from real runners and other references, so they stand beside ours for orientation; what can be compared
are the peers, which heard the same samples.

Contact begins and ends at **5 % of the peak vertical load**. With another definition contact time moves by
up to 9 ms (Falbriard et al. 2018). Errors are found minus true. Bias is the mean, SD the standard deviation
of all strides of a pool, precision the median of the SD within each case. A case is a stand of 4 s and a run
of 24 s with one pod. A stride that begins in the last second counts neither as missed nor as
invented, as the recording cuts it."""

BARS: Final = """\
*Pool* is the worst pool, which is all strides of one strike type and runner unless the bar says otherwise;
*case* is the worst single case. **pass**: every case holds. **pooled only**: every pool holds, but single
cases do not.
**behind**: not even every pool holds. Pods at 200 Hz and more unless the bar says otherwise."""


def page(study: Study, plot: str | None = None) -> str:
    """The whole page in Markdown; `plot` is the link to the picture of errors."""
    picture = "" if plot is None else f"![Errors of each method by strike type]({plot})\n"
    sections = [
        f"# Accuracy\n\nMade by `stridesense validate` {__version__}.{_shortened(study)}\n\n{TERMS}\n",
        section("Bars", BARS, bars_table(verdicts(study))),
        section("Timing by strike type and runner", tables.TIMING, tables.timing(study.trials)),
        section("How soon it is known", tables.LATENCY, tables.latencies(study.trials)),
        section(
            "Beside other methods on the same samples",
            method_tables.METHODS,
            method_tables.methods(study),
            picture,
        ),
        section(
            "Foot pitch at landing, beside orientation filters",
            method_tables.PITCH,
            method_tables.pitch(study),
        ),
        section("Published records", "", _records_table()),
        section(
            "Every measured field", tables.FIELDS, tables.fields(study.trials), tables.figures(study.trials)
        ),
        section("What rate, mounting and the rest cost", tables.FACTORS, tables.factors(study.trials)),
        section("The heel", tables.HEEL, tables.heel(study.trials), tables.slopes(study.slopes)),
        section("Push and pull", tables.TRAITS, tables.traits(study.discriminations)),
        section("A pod that moves on the shoe", "", tables.slips(study.slips)),
        section("Motion without strides, and walking", "", tables.restless(study), tables.walks(study.walks)),
        section("A bad link", tables.LINK, tables.losses(study.losses)),
        section("Real recordings", *real_tables.real(study.real)),
    ]
    return "\n".join(sections)


def _shortened(study: Study) -> str:
    return " **Only about a tenth of the cases was run.**" if study.quick else ""


def bars_table(rows: Iterable[Verdict]) -> str:
    """The verdict on every bar."""
    head = ("bar", "wanted", "pool", "case", "cases out", "verdict")
    return table(head, [(v.bar, v.wanted, v.pooled, v.worst, v.out, _marked(v.status)) for v in rows])


def _marked(status: Status) -> str:
    return f"{status}" if status is Status.PASS else f"**{status}**"


def _records_table() -> str:
    rows: Sequence[Row] = [(r.quantity, r.figure, r.conditions, r.source) for r in RECORDS]
    return table(("quantity", "published", "conditions", "source"), rows)
