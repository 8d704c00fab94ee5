"""The page holds what the session held, loads nothing, and lets no text be more than text."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from history.making import bout, budget, change, cue, effect, report, withheld
from report.making import drawn, html, pod, shape
from report.reading import Page
from strides import varied
from stridesense.model import (
    Change,
    Foot,
    Gait,
    Gap,
    GapCause,
    HeelState,
    Malformed,
    Obeyed,
    Order,
    ZeroReference,
)
from stridesense.report.measures import share

HOSTILE = '</style><script>alert(1)</script><img src="https://example.org/x" onerror=alert(1)>&amp;\u202e\x00'
STRIDES = list(drawn(varied(0, 800)))
SECTIONS = ["", "short", "course", "turning", "cues", "budget", "figures", "data", "method"]

EVERYTHING = (
    *STRIDES,
    cue(),
    effect(),
    change(),
    withheld(120.0, 140.0),
    budget(t_s=300.0, load=1300.0),
    report(),
    Obeyed(order=Order.MARK, t_s=90.0, value="the bridge"),
    Gap(Foot.LEFT, 100.0, 102.5, 500, GapCause.RADIO),
    Malformed(Foot.RIGHT, 1, "too short"),
    pod(lost={GapCause.RADIO: 500}, battery_percent=71, sampling_rate_hz=207.96),
)


def test_all_parts_are_there_in_their_order() -> None:
    page = Page(html(*EVERYTHING))
    assert list(page.words) == SECTIONS
    assert page.tags.count("h1") == 1
    assert page.open == []
    assert "Session of 2026-01-22 07:30" in page.words[""]


def test_what_came_from_outside_stays_text() -> None:
    items = (
        *EVERYTHING,
        cue(text=HOSTILE, reason=HOSTILE),
        replace(effect(), cue_id=HOSTILE),
        replace(change(), metric=HOSTILE),
        Obeyed(order=Order.MARK, t_s=1.0, value=HOSTILE),
        pod(Foot.RIGHT, name=HOSTILE, firmware=HOSTILE, protocol=HOSTILE),
        *(replace(one, flags=(HOSTILE,)) for one in varied(0, 30)),
    )
    lines = dict.fromkeys(("damage", "withheld", "to_practise", "opening"), (HOSTILE,))
    names = dict.fromkeys(("began", "file", "source", "session_id", "shoe", "made_by", "unjudged"), HOSTILE)
    page = Page(html(*items, **lines, **names))
    assert {"script", "img", "link", "iframe", "object", "form"}.isdisjoint(page.tags)
    assert [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"] == []
    assert page.tags.count("style") == 1
    assert page.text.count("alert(1)") >= 15
    assert "\u202e" not in page.text
    assert "\\u202e" in page.text


def test_nothing_is_loaded_and_the_policy_says_so() -> None:
    page = Page(html(*EVERYTHING))
    assert {reference[0] for reference in page.references} == {"#"}
    assert {reference[1:] for reference in page.references} == set(SECTIONS) - {""}
    assert "url(" not in page.style
    assert "@import" not in page.style
    digest = b64encode(sha256(page.style.encode()).digest()).decode()
    policies = [value for tag, name, value in page.attributes if (tag, name) == ("meta", "content")]
    assert policies[0] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_every_plot_and_table_says_what_it_is() -> None:
    page = Page(html(*EVERYTHING))
    assert len(page.plots) >= 10
    assert page.tags.count("title") == page.tags.count("desc") + 1 == len(page.plots) + 1
    assert all(len(told) > 40 for told in page.plots)
    assert page.tags.count("table") == page.tags.count("caption") == len(page.tables)
    for table in page.tables.values():
        assert len(table.rows) > 1
        assert {len(row) for row in table.rows} == {len(table.rows[0])}


def test_cues_are_told_with_reason_and_effect_marks_with_their_words() -> None:
    page = Page(html(*EVERYTHING, withheld=("2:00 heel held: a stretch without cues",)))
    assert page.row("Cues, in the order of time", "1") == [
        "10:20",
        "left",
        "let the heel kiss down",
        "held in 16 of 25",
        "closer to usual: 1.8 → 0.6 SD",
    ]
    assert page.row("How much closer to usual, mean over all times", "heel held") == [
        "+1.2 SD (once)",
        "never",
    ]
    assert page.row("What the runner said, in the order of time", "1:30") == ["mark M1", "the bridge"]
    assert "2:00 heel held: a stretch without cues" in page.words["cues"]


def test_marks_are_thin_lines_in_every_plot_over_time_by_their_names() -> None:
    theme = Obeyed(order=Order.THEME, t_s=80.0, value="pull")
    hill = Obeyed(order=Order.MARK, t_s=480.0, value="the hill")
    page = html(*EVERYTHING, theme, hill)
    assert page.count(">M1<") == page.count(">M2<") == page.count('class="mark"') / 2 > 5
    told = Page(page).tables["What the runner said, in the order of time"].rows[1:]
    assert told == [
        ["1:30", "mark M1", "the bridge"],
        ["1:20", "theme set", "pull"],
        ["8:00", "mark M2", "the hill"],
    ]


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (0, 7, "none"),
        (7, 7, "all"),
        (1, 3, "33 %"),
        (1, 200, "0.5 %"),
        (199, 200, "99.5 %"),
        (2, 40_000, "2 of 40000"),
        (39_998, 40_000, "39998 of 40000"),
    ],
)
def test_a_share_is_none_or_all_only_where_it_is(count: int, total: int, words: str) -> None:
    assert share(count, total) == words


def test_changes_are_words_and_the_budget_has_its_limit() -> None:
    page = Page(html(*EVERYTHING))
    assert "contact time, right: 245 ms became 262 ms at the same speed and cadence" in page.words["short"]
    assert "Second half against first: contact time, right: 245 ms became 260 ms" in page.words["course"]
    assert page.row("Each leg at the end", "left")[:4] == ["2600", "2500", "1.04", "amber"]
    assert "limit left" in page.words["budget"]
    assert "a proxy" in page.words["budget"]


def test_the_quality_of_the_data_is_told() -> None:
    doubtful = [replace(one, quality=0.2, flags=("pitch_unsure",)) for one in varied(900, 100)]
    page = Page(html(*EVERYTHING, *doubtful))
    pods, doubts = "Pods, at the end of the session", "Doubts, share of all strides"
    assert page.row(pods, "left")[:2] == ["Pod 1, sofp", "208.0"]
    assert page.row(pods, "left")[4:] == ["500 radio", "0", "0", "0", "not told", "71 %"]
    assert page.row(doubts, "quality below 0.5")[1:] == ["11 %", "11 %"]
    assert page.row(doubts, "pitch_unsure")[0] == "the pitch of the foot was too doubtful"
    assert "left: 2.5 s missing" in page.words["data"]
    assert "1 malformed packets or rows were left out" in page.words["data"]
    assert [
        "left",
        "pull",
        "100 %",
        "no second trough was seen after toe-off, as in most walking",
    ] in page.tables["Figures that many strides lack"].rows


def test_medians_of_the_first_and_last_third_stand_beside_each_line() -> None:
    slow = [replace(one, contact_time_s=0.25) for one in varied(0, 300)]
    late = [replace(one, contact_time_s=0.28) for one in varied(300, 300)]
    page = Page(html(*slow, *late))
    assert "left 250 → 280" in page.words["course"]
    assert any(told.startswith("Contact time. ") and "left: 250 → 280" in told for told in page.plots)


def test_a_foot_that_turns_otherwise_at_the_end_is_shown_to() -> None:
    strides = list(varied(0, 120, feet=(Foot.LEFT,)))
    shapes = [shape(one, lifted_deg=0.0 if one.index < 60 else 6.0) for one in strides]
    page = Page(html(*strides, *shapes))
    assert "dashed: last third, +6 deg" in page.words["turning"]
    assert "mean of 120 running strides" in page.words["turning"]


def test_shapes_on_another_zero_are_not_mixed_in() -> None:
    strides = list(varied(0, 100, feet=(Foot.LEFT,)))
    zeros = [ZeroReference.STANCE if one.index < 30 else ZeroReference.STANDING for one in strides]
    shapes = [shape(one, lifted_deg=40.0 * (zero is ZeroReference.STANCE), zero=zero)
              for one, zero in zip(strides, zeros, strict=True)]  # fmt: skip
    page = Page(html(*strides, *shapes))
    assert "At contact +0 deg, lowest -50 deg, highest +0 deg" in page.words["turning"]
    assert "30 strides whose zero is another are left out" in page.words["turning"]


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ((), ["There is nothing to tell about form", "there is not one packet of a pod"]),
        (
            tuple(drawn(varied(0, 3))),
            ["too few to compare", "holds enough strides for a line", "Too few strides to compare"],
        ),
        (tuple(varied(0, 100, feet=(Foot.RIGHT,))), ["Only one foot was heard"]),
        (tuple(replace(one, foot=Foot.UNKNOWN) for one in varied(0, 100, feet=(Foot.LEFT,))), ["unknown"]),
        (tuple(replace(one, gait=Gait.WALK) for one in varied(0, 100)), ["those of the walking strides"]),
    ],
    ids=["nothing", "three strides", "one foot", "a foot without a name", "walking"],
)
def test_a_session_that_shows_little_says_so(items: tuple[Any, ...], told: list[str]) -> None:
    page = Page(html(*items))
    assert list(page.words) == SECTIONS
    assert [words for words in told if words not in page.text] == []


def test_the_heel_is_told_as_it_was() -> None:
    held = [replace(one, heel_state=HeelState.HELD, heel_height_mm=20.0) for one in varied(0, 25)]
    page = Page(html(*held, *varied(25, 75)))
    assert (
        "Left: came down in 75 %, was held up in 25 % of 100 landings; median height 1 mm."
        in page.words["short"]
    )


@pytest.mark.parametrize("claim", ["newton", "injur", "diagnos", "torque"])
def test_nothing_is_claimed_that_a_foot_cannot_show(claim: str) -> None:
    page = Page(html(*EVERYTHING))
    before = page.text.partition("How it was measured")[0].lower()
    assert claim not in before


def test_a_torn_and_a_busy_session_make_no_huge_page() -> None:
    gaps = [
        Gap(Foot.LEFT, 0.05 * number, 0.05 * number + 0.02, 4, GapCause.RADIO) for number in range(12_000)
    ]
    marks = [Obeyed(order=Order.MARK, t_s=0.1 * number, value="again") for number in range(5_000)]
    changes: list[Change] = [change()] * 1000
    cues = [cue(t_s=0.5 * number) for number in range(1000)]
    page = html(*STRIDES, *gaps, *marks, *changes, *cues)
    assert len(page) < 500_000
    assert "4800 more marks and wishes are left out" in page


def test_drills_are_told() -> None:
    assert "rope jump: 60 left + 60 right hops" in Page(html(bout())).words["budget"]


def test_a_foot_that_ends_early_is_told_though_no_gap_says_so() -> None:
    page = Page(html(*varied(0, 100, feet=(Foot.RIGHT,)), *varied(0, 200, feet=(Foot.LEFT,))))
    told = "The right foot has no running strides after 1:09, the other has until 2:19"
    assert told in page.words["short"]
    assert told in page.words["data"]


def test_a_flag_that_only_happens_beside_is_not_called_the_cause() -> None:
    strides = [replace(one, flags=("clock_unsure",)) for one in varied(0, 50)]
    rows = Page(html(*strides)).tables["Figures that many strides lack"].rows
    why = {(foot, figure): cause for foot, figure, _, cause in rows}
    assert why["left", "push-off against usual"].startswith("what is usual takes 20")
    assert why["left", "step time from foot to foot"] == "the clocks of the two feet could not be compared"
