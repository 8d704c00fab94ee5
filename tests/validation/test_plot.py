"""The picture is well-formed and shows each method."""

from xml.etree import ElementTree as ET

from stridesense.validation.peers import Method, MethodOnCase, ours
from stridesense.validation.plot import plot
from validation.making import case, trial


def test_each_method_has_its_name_and_its_dots() -> None:
    trials = [trial(late_s, of=case(number)) for number, late_s in enumerate((0.0, 0.002))]
    own = ours(trials)
    far = [MethodOnCase(on.case, on.true, on.found, {k: v + 200.0 for k, v in on.errors.items()})
           for on in own.on_cases]  # fmt: skip
    root = ET.fromstring(plot([own, Method("a < b", tuple(far))]))  # noqa: S314 - written here
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"StrideSense", "a < b"} <= set(words)
    arrows = list(root.iter("{http://www.w3.org/2000/svg}path"))
    assert len(arrows) == 3
    assert any(word and word.startswith("+2") for word in words)
