"""What is sent and what comes back: vegeta's formats, the oracle's labels."""

import base64
import contextlib
import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.bench.spawning import RunError
from scripts.deployment import answers, cases, judgement
from scripts.deployment.answers import Answer
from scripts.deployment.cases import Case

WANTED = [Case("cat", {"image": "AA=="}, "tabby"), Case("dog", {"image": "AQ=="}, "beagle")]
QUICK = settings(max_examples=50)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
PARTS = st.dictionaries(st.from_regex(r"[a-z]+", fullmatch=True), st.integers(0, 10**6))
ANSWERS = st.builds(
    Answer,
    seq=st.integers(0, 2**63),
    sent=st.integers(0, 2**63),
    latency=st.integers(0, 2**40),
    status=st.integers(0, 599),
    error=st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    body=st.binary(),
    case=NAMES,
    parts=PARTS.map(lambda found: {name: ms / 1000 for name, ms in found.items()}),
)


def encoded(found):
    """Return answers as vegeta's CSV has them."""
    text = io.StringIO()
    writer = csv.writer(text)
    for answer in found:
        timing = ", ".join(f"{name};dur={ms:.3f}" for name, ms in answer.parts.items())
        header = f"Date: now\r\nServer-Timing: {timing}\r\n\r\n" if timing else ""
        writer.writerow([
            answer.sent, answer.status, answer.latency, 0, len(answer.body), answer.error,
            base64.b64encode(answer.body).decode(), "", answer.seq, "POST",
            cases.url_of("http://127.0.0.1:1/run", answer.case),
            base64.b64encode(header.encode()).decode(),
        ])  # fmt: skip
    return text.getvalue()


@QUICK
@given(st.lists(ANSWERS, unique_by=lambda answer: answer.seq))
def test_what_was_written_is_read_in_the_order_of_the_schedule(written):
    found = answers.read(io.StringIO(encoded(written), newline=""))
    assert found == sorted(written, key=lambda answer: answer.seq)


@QUICK
@given(st.text())
def test_whatever_else_is_refused_or_empty(text):
    with contextlib.suppress(answers.FormatError):
        assert answers.read(io.StringIO(text, newline="")) == []


@pytest.mark.parametrize("column", ["sent", "status", "latency", "body", "seq", "header"])
def test_a_line_with_a_wrong_value_is_refused(column):
    row = dict.fromkeys(answers.COLUMNS, "0") | {"url": "", "body": "", "header": ""}
    assert answers.read([",".join(row.values())])
    with pytest.raises(answers.FormatError):
        answers.read([",".join((row | {column: "?"}).values())])
    with pytest.raises(answers.FormatError):
        answers.read([",".join(list(row.values())[:-1])])


@QUICK
@given(st.binary())
def test_no_header_breaks_the_parts(header):
    assert all(isinstance(value, float) for value in answers.parts(header).values())


def test_parts_are_those_with_a_duration():
    header = (
        b'server-timing: a;dur=1.5;desc="x", b;desc=y, c;dur=z\r\nServer-Timing: d; dur="2"\r\n\r\n'
    )
    assert answers.parts(header) == {"a": 1.5, "d": 2.0}


@QUICK
@given(st.lists(st.builds(Case, NAMES, st.dictionaries(NAMES, NAMES), NAMES)))
def test_targets_carry_each_case_and_its_name(wanted):
    lines = [
        json.loads(line)
        for line in cases.targets("http://127.0.0.1:1/run", wanted).split("\n")[:-1]
    ]
    assert [cases.name_of(line["url"]) for line in lines] == [case.name for case in wanted]
    bodies = [json.loads(base64.b64decode(line["body"])) for line in lines]
    assert bodies == [{"value": case.value} for case in wanted]
    assert all(line["method"] == "POST" for line in lines)


def test_cases_are_the_oracle_s_photographs():
    rows = [
        {"name": "random", "kind": "tensor", "label": "fog"},
        {"name": "input", "kind": "photograph", "label": "tabby"},
    ]
    arrays = {"image/input": np.frombuffer(b"jpeg", np.uint8), "tensor/random": np.zeros(3)}
    assert cases.photographs(rows, arrays) == [Case("input", {"image": "anBlZw=="}, "tabby")]


def answer(seq=0, status=200, told=None, case="cat", **keys):
    body = json.dumps({"label": "tabby"} if told is None else told).encode()
    return Answer(seq, 0, 10**9, status, "", body, case, {}, **keys)


def test_every_answer_is_held_against_the_label_of_its_own_case():
    right = [answer(), answer(1, told={"label": "beagle"}, case="dog")]
    assert judgement.judge(right, WANTED).right == right
    for wrong in (
        answer(1, case="dog"),
        answer(1, told={"label": "beagle"}),
        answer(1, told={}),
        answer(1, told=[]),
        answer(1, case="bird"),
        answer(1, case="", told={"label": None}),
    ):
        with pytest.raises(RunError, match="request 1"):
            judgement.judge([*right, wrong], WANTED)


def test_a_refusal_is_one_only_where_it_is_expected_and_says_why():
    refusal = answer(1, 429, {"error": "Too many"})
    found = judgement.judge([answer(), refusal], WANTED, may_refuse=True)
    assert (found.refused, found.refused_share) == ([refusal], 50)
    assert found.per_second() == 1
    with pytest.raises(RunError, match=r"ended in 429: Too many \(1 of 200, 1 of 429\)"):
        judgement.judge([answer(), refusal], WANTED)
    for fault in (answer(1, 429, {}), answer(1, 502, {"error": "no"}), answer(1, 0, {})):
        with pytest.raises(RunError):
            judgement.judge([answer(), fault], WANTED, may_refuse=True)
    for error in ("Post: Client.Timeout exceeded", "Post: read: connection reset by peer"):
        late = Answer(1, 0, 10**9, 0, error, b"", "cat", {})
        found = judgement.judge([answer(), late], WANTED, may_refuse=True, may_wait=True)
        assert (found.late, found.late_share, found.refused_share) == ([late], 50, 0)
        with pytest.raises(RunError):
            judgement.judge([answer(), late], WANTED, may_refuse=True)
    with pytest.raises(RunError):
        judgement.judge([answer(), answer(1, 0, {})], WANTED, may_refuse=True, may_wait=True)
    with pytest.raises(RunError, match="no request"):
        judgement.judge([], WANTED)
