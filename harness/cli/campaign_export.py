"""`hanbench campaign export`: a row for each case that was played, for programs that analyse."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from hanbench.harness.campaigns.plan import Plan, plan_of
from hanbench.harness.campaigns.rows import DECISIONS, CaseVerdict, Row
from hanbench.harness.campaigns.store import Store
from hanbench.harness.campaigns.tables import FILE
from hanbench.harness.cli.apart import must_be_apart
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log
from hanbench.harness.controllers.lookup import named
from hanbench.harness.files import WholeFile
from hanbench.harness.words import counted

COLUMNS = ("number", "case", "seed", "by", "verdict", "decision", "virtual_s", "wall_us", "trace_hash")
_PAGE = 10_000
"""Rows that are read at a time: memory does not grow with the campaign."""

ExportedRow = tuple[int, str, str, str, str, str, int, int, str]


def export(store: Path, out: Path) -> int:
    """Write a row for each case that was played."""
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    writer = writers.get(out.suffix)
    if writer is None:
        raise BadInput(None, "--out", f"expected a file named *.csv or *.parquet, got {out.name!r}")
    must_be_apart("--out", out, [("--store", store / FILE)])
    with Store.open(store, to_read=True) as opened:
        plan = plan_of(opened.spec)
        written = writer(out, _pages(opened, plan))
    log(f"{counted(written, 'case')} written to {out}")
    return ExitStatus.EXPECTED


def _pages(store: Store, plan: Plan) -> Iterator[list[ExportedRow]]:
    last = -1
    while rows := store.cases("WHERE number > ? ORDER BY number LIMIT ?", (last, _PAGE)):
        yield [_exported(plan, row) for row in rows]
        last = rows[-1].number


def _exported(plan: Plan, row: Row) -> ExportedRow:
    name = plan.case(row.number).name
    verdict, decision = CaseVerdict(row.verdict).words, DECISIONS[row.decision]
    told = f"{row.trace_hash & (1 << 64) - 1:016x}"
    return row.number, name.case, name.seed, named(name.by), verdict, decision, row.virtual_s, row.wall_us, told


def _write_csv(out: Path, pages: Iterator[list[ExportedRow]]) -> int:
    written = 0
    with WholeFile(out) as stream:
        stream.write((",".join(COLUMNS) + "\n").encode())
        for page in pages:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(page)
            stream.write(text.getvalue().encode())
            written += len(page)
    return written


def _write_parquet(out: Path, pages: Iterator[list[ExportedRow]]) -> int:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise BadInput(None, "--out", "Parquet needs pyarrow, which is not installed; expected *.csv") from None
    numbers = {"number": pa.int64(), "virtual_s": pa.int64(), "wall_us": pa.int64()}
    schema = pa.schema([(name, numbers.get(name, pa.string())) for name in COLUMNS])
    written = 0
    with WholeFile(out) as stream, parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for page in pages:
            columns = dict(zip(COLUMNS, zip(*page, strict=True), strict=True))
            writer.write_table(pa.Table.from_pydict(columns, schema=schema))
            written += len(page)
    return written
