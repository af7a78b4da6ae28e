"""A key that an object has twice is refused wherever others' JSON is read.

RFC 8259, section 4: "The names within an object SHOULD be unique"; what a reader does with others "is unpredictable".
"""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanbench.harness.case.trace import decode, decode_line
from hanbench.harness.case.trace_file import read_trace
from hanbench.harness.case.vocabulary import decode_actions
from hanbench.harness.control.calling import decode_request, verb_named
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.wire import decode_call, decode_reply
from hanbench.harness.controllers import answers
from hanbench.harness.controllers.mqtt_messages import decode_answer
from hanbench.harness.foreign_json import NOT_JSON, each_key_once
from hanbench.harness.report.json_file import Report, read_report
from hanbench.harness.report.model import VERSION, Summary
from hanbench.profiles.errors import ProfileError

TWICE = "twice"
HARNESS = Path(__file__).parents[2] / "harness"
OWN = {
    "campaigns/spec.py",
    "campaigns/spec_words.py",
    "campaign/judge_test/stored_traces.py",
    "robot_library/base.py",
}
"""What they decode was encoded by hanbench itself."""

texts = st.text(st.sampled_from('a:"\\ \n\u0022,{}[]\u2028\x7fé'), max_size=4)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(values, st.sampled_from((None, 2)), st.booleans(), st.sampled_from((":", " : ", "\n:")))
def test_what_json_writes_has_each_key_once(value: object, indent: int | None, ascii_only: bool, colon: str) -> None:
    each_key_once(json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=(",", colon)))


@given(st.dictionaries(texts, values, min_size=1, max_size=3), values, st.data(), st.booleans())
def test_a_key_that_is_added_again_is_refused(
    fields: dict[str, object], other: object, data: st.DataObject, ascii_only: bool
) -> None:
    key = data.draw(st.sampled_from(sorted(fields)))
    written = [f"{json.dumps(each, ensure_ascii=ascii_only)}:{json.dumps(value)}" for each, value in fields.items()]
    written.insert(data.draw(st.integers(0, len(written))), f"{json.dumps(key)} : {json.dumps(other)}")
    with pytest.raises(msgspec.ValidationError, match=TWICE):
        each_key_once(f'[[], {{"outer": {{{",".join(written)}}}}}]')


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"\\u0061":2}',
        '{"a" :1,"b":1,"b":2}',
        '{"a":"\\":","b":1,"b":":x"}',
        '{"x":"\\u003a","b":1,"b":2}',
        '[{"a":{"b":1,"c":[{"d":1,"d":1}]}}]',
        '{"":1,"":2}',
    ],
)
def test_a_key_that_is_hidden_is_found(text: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=TWICE):
        each_key_once(text)


@pytest.mark.parametrize(
    "text", ['{"a":":a"}', '{"a":"\\":","b":{"a":1}}', '[{"a":1},{"a":2}]', "{}", '"\\ud83d\\ude00"']
)
def test_keys_of_several_objects_are_not_twice(text: str) -> None:
    each_key_once(text)


END = b'{"record":"end","time":"2022-04-04T08:00:00Z","reason":"decided","record":"end"}'
ACTION = '[{"action":"run-check","not-before":"2022-03-15T12:00:00Z","not-before":"2022-03-16T12:00:00Z"}]'


def test_readers_of_others_json_refuse_a_key_twice() -> None:
    with pytest.raises(NOT_JSON, match="`record` twice"):
        decode_line(END)
    with pytest.raises(NOT_JSON, match="`record` twice"):
        decode(END + b"\n")
    with pytest.raises(NOT_JSON, match=TWICE):
        decode_actions(ACTION)
    with pytest.raises(Exception, match=TWICE):
        answers.decode_actions(ACTION.encode())
    with pytest.raises(Exception, match=TWICE):
        decode_answer(b'{"case":"c","turn":1,"turn":2,"actions":[]}')
    with pytest.raises(ControlError, match=TWICE):
        decode_call(b'{"v":1,"verb":"state","id":"1","request":{"a":1,"a":2}}')
    with pytest.raises(ControlError, match=TWICE):
        decode_reply(b'{"v":1,"id":"1","id":"2"}')
    with pytest.raises(ControlError, match=TWICE):
        decode_request(verb_named("state"), b'{"a":1,"a":2}')


def test_a_trace_with_two_verdicts_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(b"\n" + END)
    with pytest.raises(ProfileError, match=r"line 2.*`record` twice"):
        read_trace(path)


def test_a_report_with_a_key_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    counts = dict.fromkeys(Summary.__struct_fields__, 0)
    made = Report(VERSION, "1", "s", "c", (), (), msgspec.convert(counts, Summary))
    path.write_bytes(msgspec.json.encode(made).replace(b'"seed":"s"', b'"seed":"s","seed":"t"'))
    with pytest.raises(ProfileError, match="`seed` twice"):
        read_report(path)


def test_no_reader_goes_around_the_check() -> None:
    around = {
        path.relative_to(HARNESS).as_posix()
        for path in HARNESS.rglob("*.py")
        if ("msgspec.json.decode(" in (text := path.read_text()) or "json.Decoder(" in text)
        and "foreign_json" not in text
    }
    assert around - {"foreign_json.py"} == OWN
