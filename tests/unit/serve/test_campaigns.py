"""Campaigns of a service: what its paths tell while a store is written, vanishes, or is begun anew."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from hanbench.harness.campaigns.status import CampaignStatus
from hanbench.harness.campaigns.store import Store
from hanbench.harness.campaigns.watching import MadeReport, WatchedStore
from hanbench.harness.cli.campaign_stores import is_store, watched
from hanbench.harness.files import OutputError, locked_folder
from hanbench.harness.serve import campaigns
from hanbench.harness.serve.access import Access
from hanbench.harness.serve.campaign_documents import document
from hanbench.harness.serve.campaigns import Reports
from tests.support.campaign_store import begin, play, spec_of
from tests.support.served import Answer, Served, served, until
from tests.support.serving import serving
from tests.unit.serve.conftest import TOKEN

ALL, ONE, PAGE = "/api/campaigns", "/api/campaigns/small", "/campaigns/small"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and reports follow each other at once."""
    monkeypatch.setattr(campaigns, "LOOKED_EACH", 0.0)
    monkeypatch.setattr(campaigns, "REPORTED_EACH", 0.0)
    monkeypatch.setattr(campaigns, "SHARE", 1e9)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A campaign of 30 cases, of which 10 were played."""
    play(begin(tmp_path / "store"))
    return tmp_path / "store"


@pytest.fixture
def service(store: Path) -> Iterator[Served]:
    with served([], stores={"small": WatchedStore(store)}) as found:
        yield found


def reported(service: Served, played: int) -> Answer:
    """The answer of a campaign with a report of so many cases."""
    answer = service.get(ONE)
    while (answer.json["report"] or {}).get("played") != played:
        answer = service.get(ONE)
    return answer


def validated(answer: Answer, path: str) -> Any:
    """The value of an answer, which is as the OpenAPI document promises."""
    jsonschema = pytest.importorskip("jsonschema")  # comes with openapi-spec-validator
    made = json.loads(json.dumps(document()))
    schema = made["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**schema, "components": made["components"]}).validate(answer.json)
    return answer.json


def test_it_tells_how_far_each_campaign_is_and_reports_one(service: Served, store: Path) -> None:
    (card,) = validated(service.get(ALL), ALL)
    assert card["campaign"] == "small"
    assert (card["status"]["played"], card["status"]["size"], card["status"]["state"]) == (10, 30, "interrupted")
    told = validated(reported(service, 10), "/api/campaigns/{campaign}")
    assert told["headline"].startswith("10 of 30 cases, 0 violations")
    assert told["report"]["controllers"] == {"reference": {"as expected": 10}}
    play(store, failing=2)
    (cluster,) = reported(service, 20).json["report"]["clusters"]
    assert cluster["replay"] == f"hanbench campaign replay 10 --store {store}"


def test_the_tag_changes_with_the_cases_and_a_client_that_has_them_gets_nothing(service: Served, store: Path) -> None:
    tag = reported(service, 10).headers["etag"]
    unchanged = service.get(ONE, If_None_Match=tag)
    assert (unchanged.status, unchanged.body, unchanged.headers["cache-control"]) == (304, b"", "no-cache")
    play(store)
    assert service.get(ONE, If_None_Match=tag).status == 200
    assert reported(service, 20).headers["etag"] != tag


def test_it_says_who_plays_and_how_long_the_rest_takes(service: Served, store: Path) -> None:
    with Store.open(store) as opened:
        opened.rows("UPDATE session SET seen = began + 4, cases = 10")
        opened._db.commit()
    with locked_folder(store):
        (card,) = service.get(ALL).json
        assert (card["status"]["state"], card["status"]["rate"], card["status"]["seconds_left"]) == (
            "playing",
            2.5,
            8.0,
        )
    (card,) = service.get(ALL).json
    assert (card["status"]["state"], card["status"]["seconds_left"]) == ("interrupted", None)


def test_a_store_that_vanishes_is_told_and_comes_back(service: Served, store: Path, tmp_path: Path) -> None:
    reported(service, 10)
    store.rename(tmp_path / "elsewhere")
    told = service.get(ONE).json
    assert "has no campaign" in told["detail"]
    assert (told["status"]["played"], told["report"]["played"]) == (10, 10)
    (tmp_path / "elsewhere").rename(store)
    assert service.get(ONE).json["detail"] == ""
    with Store.open(store) as opened:
        opened.rows("DELETE FROM campaign")
        opened._db.commit()
    assert "the store is damaged" in service.get(ONE).json["detail"]
    (store / "campaign.sqlite").write_bytes(b"SQLite format 3\0" + bytes(5000))
    assert "the store is damaged" in service.get(ONE).json["detail"]


def test_a_campaign_that_is_begun_afresh_is_told_without_the_report_of_the_former(service: Served, store: Path) -> None:
    before = reported(service, 10).json
    begin(store, spec_of("another", 50))
    until(lambda: service.get(ONE).json["report"] is not None)
    after = service.get(ONE).json
    assert after["campaign"] == "small"
    assert (after["status"]["name"], after["status"]["played"], after["report"]["size"]) == ("another", 0, 50)
    assert after["status"]["began"] > before["status"]["began"]


def test_nothing_is_written_to_the_store(service: Served, store: Path) -> None:
    before = {path.name: path.read_bytes() for path in store.iterdir()}
    reported(service, 10)
    assert {path.name: path.read_bytes() for path in store.iterdir()} == before


def test_names_are_looked_up_and_never_joined_to_a_path(service: Served) -> None:
    for path in ("/api/campaigns/smal", "/campaigns/smal", "/api/campaigns/..", "/campaigns/%00"):
        answer = service.get(path)
        assert (answer.status, answer.code) == (404, "unknown-campaign")
    assert "did you mean" in service.get("/campaigns/smal").json["detail"]
    assert service.get("/campaigns/..%2fstore").code == "not-found"
    assert service.get("/campaigns/../campaign.sqlite").status == 404
    assert service.get("/campaign.html").status == 404
    assert service.ask("POST", ONE, b"{}").headers["allow"] == "GET, HEAD"
    assert service.ask("HEAD", ONE).body == b""


class _Assets(HTMLParser):
    """What a page loads, and whether a script stands in it."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inline |= tag == "style" or "style" in given or (tag == "script" and "src" not in given)
        if tag in ("link", "script"):
            self.loaded.append(str(given.get("src") or given.get("href")))


def test_the_page_loads_only_what_the_policy_allows_and_the_service_has(service: Served) -> None:
    page = _Assets()
    page.feed(service.get(PAGE).body.decode())
    assert not page.inline
    assert len(page.loaded) == 6
    for each in page.loaded:
        assert each.startswith("../")
        assert service.get(each.removeprefix("..")).status == 200


@pytest.mark.parametrize("path", [ALL, ONE, PAGE, "/report/campaign.js", "/report/report.css", "/campaign_live.js"])
def test_token_host_and_origin_are_asked_for_as_everywhere(store: Path, path: str) -> None:
    access = Access(loopback=False, names=frozenset({"lab-pc"}), token=TOKEN)
    with served([], access, stores={"small": WatchedStore(store)}) as service:
        assert service.get(path).code == "unauthorized"
        assert service.get(path, Authorization=f"Bearer {TOKEN}").status == 200
        assert service.get(path, Authorization=f"Bearer {TOKEN}", Host="evil.example").code == "misdirected"
        assert service.get(path, Authorization=f"Bearer {TOKEN}", Origin="http://evil.example").code == "cross-site"


def test_the_document_is_valid_and_its_references_lead_somewhere() -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    assert list(validator.OpenAPIV31SpecValidator(json.loads(json.dumps(document()))).iter_errors()) == []


class _SlowStore(WatchedStore):
    """A store whose report takes until it is let go, and that counts them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go, self.reports = Event(), 0

    def report(self) -> MadeReport:
        self.reports += 1
        assert self.go.wait(60)
        return super().report()


def test_many_viewers_share_one_report_and_none_waits_for_long(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns, "ANSWERS_WITHIN", 0.05)
    slow = _SlowStore(store)

    async def many() -> None:
        reports = Reports(slow)
        assert await asyncio.gather(*(reports.latest(slow.mark) for _ in range(20))) == [None] * 20
        assert slow.reports == 1
        slow.go.set()
        while (made := await reports.latest(slow.mark)) is None:
            pass
        assert made.report.played == 10
        assert await reports.latest(slow.mark) is made
        assert slow.reports == 1

    asyncio.run(many())


def test_the_next_report_waits_in_proportion_to_what_the_last_one_took(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "SHARE", 1e-9)  # so that the next one is due in years

    async def twice() -> None:
        watched_store = WatchedStore(store)
        reports = Reports(watched_store)
        while (made := await reports.latest(watched_store.mark)) is None:
            pass
        play(store)
        assert await reports.latest(watched_store.mark) is made

    asyncio.run(twice())


def test_looks_end_with_the_service(store: Path) -> None:
    watched_store = WatchedStore(store)
    assert isinstance(watched_store.status(), CampaignStatus)
    watched_store.close()
    with pytest.raises(OutputError, match="looked at no more"):
        watched_store.report()


def test_campaigns_of_one_name_get_numbers(tmp_path: Path) -> None:
    folders = [begin(tmp_path / str(number)) for number in range(3)]
    folders.append(begin(tmp_path / "named", spec_of("small-2")))
    assert all(map(is_store, folders))
    assert {name: each.folder.name for name, each in watched(folders).items()} == {
        "small": "0",
        "small-2": "1",
        "small-3": "2",
        "small-2-2": "named",
    }


@pytest.mark.parametrize(
    ("octets", "problem"),
    [(b"", "is no store of a campaign"), (b"no database" * 100, "the store is damaged")],
    ids=["empty", "foreign"],
)
def test_a_file_that_is_no_store_is_one_line(tmp_path: Path, octets: bytes, problem: str) -> None:
    (tmp_path / "campaign.sqlite").write_bytes(octets)
    with pytest.raises(OutputError, match=problem):
        watched([tmp_path])


def test_the_command_serves_a_store_beside_nothing_else_and_ends_at_a_signal(store: Path, tmp_path: Path) -> None:
    with serving(tmp_path, str(store)) as of:
        assert of.campaigns == ["small"]
        client = Served(of.port, [], None, None)  # type: ignore[arg-type]
        assert client.get("/api/overview").json["benches"] == []
        assert client.get(ALL).json[0]["status"]["played"] == 10
        assert client.get(PAGE).status == 200
        shutil.rmtree(store)
        until(lambda: client.get(ALL).json[0]["detail"])
        assert of.end(signal.SIGTERM) == 128 + signal.SIGTERM
        assert "Traceback" not in of.log
