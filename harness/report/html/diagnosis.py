"""`diagnosis.html`: a diagnosis with the drawings of the report."""

from __future__ import annotations

from collections.abc import Iterable

from hanbench.emulator.clock import SECOND
from hanbench.harness.field import Diagnosis
from hanbench.harness.field.result import DiagnosisResult
from hanbench.harness.foreign_text import cleaned_throughout
from hanbench.harness.frames import Dissector
from hanbench.harness.report.html.page import asset, filled, safe_json, script_of
from hanbench.harness.report.timeline import FrameDetail

MOST_FRAMES = 60
"""Maximum number of frames to show."""
_CLASSES = 3


def diagnosis_page(diagnosis: Diagnosis, result: DiagnosisResult) -> str:
    """Return the page of a diagnosis."""
    script = script_of("diagnosis.js")
    shown = [
        {name: getattr(frame, name) for name in FrameDetail.__struct_fields__}
        for frame in cleaned_throughout(tuple(_frames(diagnosis, _numbers(result))))
    ]
    data = {"diagnosis": safe_json(result), "frames": safe_json(shown)}
    return filled("hanbench diagnosis", asset("diagnosis.html"), script, **data)


def _numbers(result: DiagnosisResult) -> frozenset[int]:
    """Return the numbers of the frames that are the evidence."""
    signs = [number for each in result.classes[:_CLASSES] for sign in each.signs for number in sign.frames]
    keys = [number for each in result.unknown_keys for number in each.frames[:1]]
    proof = () if result.meter is None else (result.meter.last_proof_frame, result.meter.mirror_frame)
    return frozenset([number for number in (*proof, *signs, *keys) if number][:MOST_FRAMES])


def _frames(diagnosis: Diagnosis, wanted: frozenset[int]) -> Iterable[FrameDetail]:
    """Yield the wanted frames, dissected. The dissector needs all frames before them, to know addresses."""
    dissector = Dissector(diagnosis.keys.ring)
    seen = {frame.number: frame for frame in diagnosis.home.frames if frame.number in wanted}
    begin = diagnosis.sniffed.frames[0].time if diagnosis.sniffed.frames else 0
    for heard in diagnosis.sniffed.frames:
        found = dissector(heard.psdu)
        frame = seen.get(heard.number)
        if frame is None:
            continue
        yield FrameDetail(
            heard.number,
            (heard.time - begin) / SECOND,
            diagnosis.home.name(frame.origin),
            diagnosis.home.name(frame.target),
            found.name,
            found.line,
            tuple((layer.name, layer.fields) for layer in found.layers),
        )
