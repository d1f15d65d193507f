"""A file of values for the story: read in any order, and each fault is one sentence that says where it stands."""

import json
from pathlib import Path

import pytest

from rms.errors import BadInput
from rms.rehearsal.story.values import values_from

HEAD = "sampled_on,value\n"


def read(tmp_path: Path, text: str | bytes) -> list[tuple[str, str]]:
    path = tmp_path / "values"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [(str(one.sampled_on), one.value) for one in values_from(path).results]


def test_rows_in_any_order_are_read_by_day(tmp_path: Path) -> None:
    expected = [("2027-04-28", "<0.01"), ("2027-09-01", "0.2")]
    assert read(tmp_path, HEAD + "2027-09-01, 0.2\n\n2027-04-28,<0.01\n") == expected
    results = [{"sampled_on": on, "value": value} for on, value in reversed(expected)]
    assert read(tmp_path, json.dumps({"results": results})) == expected


def test_a_limit_alone_keeps_the_storys_own_results(tmp_path: Path) -> None:
    assert len(read(tmp_path, '{"limit": "0.2"}')) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (HEAD, "holds no result"),
        ("%PDF-1.7", "row 1: the columns are not"),
        ("sampled_on;value\n", "row 1: the columns are not"),
        (HEAD + '"2027-04-28,0.1\n', "no CSV that can be read"),
        (HEAD + "2027-04-28,0.1\n2027-05-28,abc\n", "row 3: the value is no number"),
        (HEAD + "2027-04-28,NaN\n", "row 2: the value is no number"),
        (HEAD + "2027-04-28,-1\n", "row 2: the value is no number"),
        (HEAD + "2027-04-28,1e9\n", "row 2: the value is no number"),
        (HEAD + "2027-04-28,0.1,x\n", "row 2: it has not just"),
        (HEAD + "2027-04-28,1000000000\n", "row 2: the value is above 100,000"),
        (HEAD + "2127-04-28,0.1\n", "row 2: 2127-04-28 lies outside the story"),
        (HEAD + "2020-04-28,0.1\n", "row 2: 2020-04-28 lies outside the story"),
        (HEAD + "28/04/2027,0.1\n", "row 2: the sampled_on is no day"),
        (HEAD + "2027-04-28,0.1\n2027-04-28,0.2\n", "row 3: 2027-04-28 stands in row 2 already"),
        ('{"results": [{"sampled_on": "2027-04-28", "value": 0.1}]}', "result 1: the value is no number"),
        ('{"results": [{"sampled_on": "2027-04-28"}]}', "result 1: it has not just"),
        ('{"results": {}}', "the results are no list"),
        ('{"results": []}', "holds no result"),
        ('{"limit": "a lot"}', "limit: the value is no number"),
        ('{"limit": "<1"}', "limit: the value is no number"),
        ('{"a": 1}', "something else than a limit"),
        ("[" * 100_000, "no JSON that can be read"),
    ],
)  # fmt: skip
def test_each_fault_is_one_sentence_with_its_place(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)
    assert str(refused.value).endswith(".")
