import json
import struct
import time
from pathlib import Path

import numpy as np
import pytest

from stridesense.errors import InputError
from stridesense.model import Foot, RawPacket
from stridesense.recording.importer import ImportedCsv, import_csv, plain_csv
from stridesense.recording.mapping_syntax import parse_mapping
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

HEADER = "t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"


def row(t: object, value: float = 0.0, foot: str = "") -> str:
    """A line whose six values differ from those of any other `value`."""
    cells = [t, *(value + axis / 10 for axis in range(6))]
    return ",".join(map(str, cells)) + (f",{foot}" if foot else "")


def write(path: Path, *lines: str, header: str = HEADER, end: str = "\n") -> Path:
    path.write_text("\n".join([header, *lines]) + end)
    return path


def steady(count: int, rate_hz: float = 200.0) -> list[str]:
    return [row(number / rate_hz, number) for number in range(count)]


def rows_of(packet: RawPacket) -> np.ndarray:
    return np.frombuffer(packet.payload, "<f8").reshape(-1, 7)


def samples_of(imported: ImportedCsv, foot: Foot = Foot.UNKNOWN) -> np.ndarray:
    return np.concatenate(
        [rows_of(p) for p in imported.packets() if p.foot is foot and p.characteristic == "data"]
    )


def test_a_plain_file_becomes_packets_of_sixteen_samples(tmp_path: Path) -> None:
    path = write(tmp_path / "run.csv", *[row(10 + number / 200, number) for number in range(40)])
    config, *packets = plain_csv(path).packets()
    assert json.loads(config.payload) == {"sampling_rate_hz": pytest.approx(200.0)}
    assert [len(rows_of(packet)) for packet in packets] == [16, 16, 8]
    assert {(p.foot, p.protocol, p.characteristic) for p in packets} == {(Foot.UNKNOWN, "samples", "data")}
    assert [packet.arrival_ns for packet in packets] == [75_000_000, 155_000_000, 195_000_000]
    assert struct.unpack_from("<7d", packets[1].payload) == (10.08, 16.0, 16.1, 16.2, 16.3, 16.4, 16.5)


def test_two_feet_in_one_column_are_told_apart_and_interleaved_by_time(tmp_path: Path) -> None:
    lines = []
    for number in range(64):
        lines.append(row(number / 200, number, "left"))
        lines.append(row(number / 200 + 0.001, number, "R"))
    imported = plain_csv(write(tmp_path / "run.csv", *lines, header=HEADER + ",foot"))
    packets = [packet for packet in imported.packets() if packet.characteristic == "data"]
    assert [p.foot for p in packets] == [Foot.LEFT, Foot.RIGHT] * 4
    assert [p.arrival_ns for p in packets] == sorted(p.arrival_ns for p in packets)
    assert packets[0].arrival_ns == 75_000_000
    assert packets[1].arrival_ns == 76_000_000
    assert [(report.foot, report.samples) for report in imported.report.feet] == [("left", 64), ("right", 64)]


def test_two_pods_side_by_side_under_two_header_rows(tmp_path: Path) -> None:
    names = [f"{side}_sensor" for _ in range(6) for side in ("left", "right")]
    axes = [f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz" for _ in range(2)]
    lines = [",".join([str(n), *(str(n + c / 10) for c in range(12))]) for n in range(20)]
    path = write(
        tmp_path / "both.csv", ",".join(["axis", *axes]), *lines, header=",".join(["sensor", *names])
    )
    columns = {
        side: [",".join(f"{side}_sensor/{kind}_{axis}" for axis in "xyz") for kind in ("acc", "gyr")]
        for side in ("left", "right")
    }
    mapping = parse_mapping(
        rate_hz=100,
        acc=[f"left={columns['left'][0]}:g", f"right={columns['right'][0]}:g"],
        gyr=[f"left={columns['left'][1]}:dps", f"right={columns['right'][1]}:dps"],
        header_rows=2,
    )
    imported = import_csv(path, mapping)
    right = samples_of(imported, Foot.RIGHT)
    assert right[:, 0] == pytest.approx(np.arange(20) / 100)
    assert right[3, 1:4] == pytest.approx(np.array([3.1, 3.3, 3.5]) * STANDARD_GRAVITY_MPS2)
    assert right[3, 4:] == pytest.approx(np.array([3.7, 3.9, 4.1]) * RAD_PER_DEG)


def test_known_ranges_go_first_for_each_foot(tmp_path: Path) -> None:
    mapping = parse_mapping(preset="stridesense", acc_range="8g", gyr_range="1000dps", foot="left")
    first, second, *_ = import_csv(write(tmp_path / "run.csv", *steady(20)), mapping).packets()
    assert (first.foot, first.characteristic, first.arrival_ns) == (Foot.LEFT, "config", 0)
    assert json.loads(first.payload) == pytest.approx(
        {
            "sampling_rate_hz": 200.0,
            "acc_range_mps2": 8 * STANDARD_GRAVITY_MPS2,
            "gyr_range_radps": 1000 * RAD_PER_DEG,
        }
    )
    assert second.characteristic == "data"


def test_a_sensor_read_twice_counts_once(tmp_path: Path) -> None:
    lines = [row(0.000, 0), row(0.001, 0), row(0.002, 1), row(0.004, 2), row(0.004, 2), row(0.006, 3)]
    imported = plain_csv(write(tmp_path / "run.csv", *lines))
    (report,) = imported.report.feet
    assert report.repeated_rows == 2
    assert samples_of(imported)[:, 0].tolist() == [0.0, 0.002, 0.004, 0.006]


def test_equal_values_a_whole_step_apart_are_samples(tmp_path: Path) -> None:
    lines = [row(number / 100, 5) for number in range(10)]
    imported = plain_csv(write(tmp_path / "run.csv", *lines))
    assert imported.report.feet[0].samples == 10


def test_other_values_at_a_time_already_told_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = [row(0.000, 0), row(0.005, 1), row(0.005, 2), row(0.010, 3), row(0.015, 4)]
    imported = plain_csv(write(tmp_path / "run.csv", *lines))
    assert imported.report.feet[0].repeated_times == 1
    assert samples_of(imported)[:, 1].tolist() == [0.0, 1.0, 3.0, 4.0]


def test_a_row_out_of_order_is_left_out_and_counted(tmp_path: Path) -> None:
    lines = steady(30)
    lines[10], lines[11] = lines[11], lines[10]
    imported = plain_csv(write(tmp_path / "run.csv", *lines))
    assert imported.report.feet[0].backward_times == 1
    assert imported.report.feet[0].samples == 29


def test_stalls_and_missing_rows_are_counted_and_never_filled(tmp_path: Path) -> None:
    lines = steady(100)
    del lines[50:70], lines[20:22]
    imported = plain_csv(write(tmp_path / "run.csv", *lines))
    (report,) = imported.report.feet
    assert (report.samples, report.missing_samples, report.stalls) == (78, 22, 1)
    assert report.sampling_rate_hz == pytest.approx(200.0)
    assert len(samples_of(imported)) == 78


@pytest.mark.parametrize("cell", ["", "nan", "NaN", "NA", "null", "inf", "-inf", "1e999"])
def test_a_row_without_a_number_is_left_out_and_counted(tmp_path: Path, cell: str) -> None:
    lines = steady(20)
    lines[7] = f"0.035,1,2,{cell},4,5,6"
    imported = plain_csv(write(tmp_path / "run.csv", *lines))
    (report,) = imported.report.feet
    assert (report.samples, report.incomplete_rows, report.missing_samples) == (19, 1, 1)
    assert np.isfinite(samples_of(imported)).all()


def test_rows_left_out_keep_their_time_where_only_the_rate_tells_it(tmp_path: Path) -> None:
    header = "x,y,z,p,q,r"
    lines = [f"{n},1,2,3,4,5" for n in range(20)]
    lines[5] = "5,1,,3,4,5"
    lines[6] = "6,1"
    mapping = parse_mapping(rate_hz=100, acc=["x,y,z:m/s2"], gyr=["p,q,r:rad/s"])
    imported = import_csv(write(tmp_path / "run.csv", *lines, header=header), mapping)
    assert imported.report.feet[0].incomplete_rows == 2
    samples = samples_of(imported)
    assert samples[:, 0] * 100 == pytest.approx(samples[:, 1])


@pytest.mark.parametrize("torn", ["0.5,1,2", "0.5,1,2,3,4,5,", "0.5,1,2,3,4,5,1", "0.5,1,-", "\0\0\0"])
def test_a_line_that_is_not_finished_is_left_out(tmp_path: Path, torn: str) -> None:
    imported = plain_csv(write(tmp_path / "run.csv", *steady(20), torn, end=""))
    assert imported.report.torn_lines == 1
    assert imported.report.feet[0].samples == 20


def test_line_ends_of_any_system_a_byte_order_mark_and_blank_lines_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    for line_end in ("\r\n", "\r", "\n\n"):
        path.write_bytes(b"\xef\xbb\xbf" + line_end.join([HEADER, *steady(20), ""]).encode())
        assert plain_csv(path).report.feet[0].samples == 20


def test_other_delimiters_and_files_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text("\n".join([*steady(20), ""]).replace(",", "\t"))
    mapping = parse_mapping(
        time="1:s", acc=["2,3,4:m/s2"], gyr=["5,6,7:rad/s"], delimiter="tab", header_rows=0
    )
    assert samples_of(import_csv(path, mapping))[3].tolist() == pytest.approx(
        [0.015, 3, 3.1, 3.2, 3.3, 3.4, 3.5]
    )


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "has a header but no rows"),
        (["0,1,2,3,4,5,6"], "two complete rows at different times"),
        (["0,1,2,3,4,5,6", "0,2,2,3,4,5,6", "0,3,2,3,4,5,6"], "never advances in time"),
        (["nan,1,2,3,4,5,6"] * 3, "never advances in time"),
        ([row(-number / 200, number) for number in range(20)], "runs backwards in time"),
        ([row(number * 5.0, number) for number in range(20)], "would have 0.2 samples a second"),
        ([*steady(50), *steady(50)], "jumps back in time from 0.245 s to 0 s"),
        (
            [*steady(8), "0.04,1,2,oops,4,5,6", *steady(3)],
            r"line 10, column 'acc_z': 'oops' is not a number",
        ),
    ],
)
def test_rows_that_cannot_be_samples_are_refused_in_a_sentence(
    tmp_path: Path, lines: list[str], sentence: str
) -> None:
    path = write(tmp_path / "run.csv", *lines)
    with pytest.raises(InputError, match=sentence) as caught:
        plain_csv(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("jump_s", ["1e12", "1e300", "2592001"])
def test_a_time_of_another_month_is_refused_and_named(tmp_path: Path, jump_s: str) -> None:
    path = write(tmp_path / "run.csv", *steady(50), row(jump_s, 50))
    with pytest.raises(InputError, match=rf"from 0\.245 s to {float(jump_s):g} s".replace("+", r"\+")):
        plain_csv(path)


@pytest.mark.parametrize("start_s", [1e12, -1e12])
def test_feet_of_different_months_are_refused(tmp_path: Path, start_s: float) -> None:
    lines = [row(n / 200, n, "left") for n in range(50)]
    lines += [row(start_s + n / 200, n, "right") for n in range(50)]
    path = write(tmp_path / "run.csv", *lines, header=HEADER + ",foot")
    with pytest.raises(InputError, match="two feet weeks apart in time"):
        plain_csv(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"time,ax\n0,1\n", "has no column 't_s'; its columns are time, ax"),
        (b"t_s,acc_x,acc_x\n0,1,2\n", "has 2 columns named 'acc_x'"),
        (
            HEADER.encode() + b",foot\n0,1,2,3,4,5,6,middle\n",
            r"line 2: 'middle' is not a foot \(left, right or unknown\)",
        ),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "is not a CSV file in UTF-8 text"),
    ],
)
def test_files_that_are_something_else_are_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "run.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        plain_csv(path)


def test_a_missing_file_a_folder_and_half_a_header_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        plain_csv(tmp_path / "run.csv")
    with pytest.raises(InputError, match="is a folder"):
        plain_csv(tmp_path)
    (tmp_path / "both.csv").write_text("sensor,left,right\n")
    with pytest.raises(InputError, match="ends within its 2 header rows"):
        import_csv(tmp_path / "both.csv", parse_mapping(preset="gaitmap"))


def test_a_megabyte_is_read_in_well_under_a_second(tmp_path: Path) -> None:
    path = write(tmp_path / "run.csv", *steady(25_000))
    assert path.stat().st_size > 1_000_000
    began_s = time.process_time()
    packets = sum(1 for _ in plain_csv(path).packets())
    assert packets == 1564
    assert time.process_time() - began_s < 1.0
