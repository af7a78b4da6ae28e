"""The campaigns of a service, looked up by name. Their stores are read in threads, now and then, and never written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from msgspec import Struct

from hanbench.harness.campaigns.report import CampaignReport
from hanbench.harness.campaigns.status import CampaignStatus
from hanbench.harness.campaigns.watching import MadeReport, Mark, WatchedStore
from hanbench.harness.control.errors import unknown_name
from hanbench.harness.control.http_errors import UNKNOWN_CAMPAIGN
from hanbench.harness.files import OutputError

LOOKED_EACH = 1.0
"""Time between two looks at a store, real seconds."""
REPORTED_EACH = 5.0
"""Time between two reports of a campaign, real seconds."""
SHARE = 0.05
"""Of a processor, that reports of a campaign take at most: those of a large one come less often."""
ANSWERS_WITHIN = 1.0
"""Time that a request waits for a report, real seconds; then it gets the one before."""


class CampaignCard(Struct, frozen=True):
    """One campaign at a glance."""

    campaign: str
    """Its name in this service."""
    status: CampaignStatus
    detail: str
    """Why the store cannot be read any more, so that `status` is from before; empty: it can."""


class CampaignPage(CampaignCard, frozen=True):
    """A campaign with its report."""

    headline: str
    """The report in one sentence; empty: there is none."""
    report: CampaignReport | None
    """The latest report that was made: a large campaign can be ahead of it. None: the first one is being made."""
    report_detail: str
    """Why no newer report can be made; empty: it can."""


class ServedCampaign:
    """One campaign of a service."""

    def __init__(self, name: str, store: WatchedStore) -> None:
        """Raises OutputError for one that cannot be read."""
        self.name = name
        self._store = store
        self._seen = store.mark, store.is_held
        self._card = CampaignCard(name, store.status(), "")
        self._looked = float("-inf")
        self._looking = asyncio.Lock()
        self._reports = Reports(store)

    async def card(self) -> CampaignCard:
        """Return the card, which is not older than `LOOKED_EACH`; the same object as long as nothing has changed."""
        loop = asyncio.get_running_loop()
        async with self._looking:
            if loop.time() - self._looked >= LOOKED_EACH:
                self._card = await asyncio.to_thread(self._look)
                self._looked = loop.time()
        return self._card

    def _look(self) -> CampaignCard:
        """Look at the store; called in a thread, by one at a time."""
        seen = self._store.mark, self._store.is_held
        if seen == self._seen:
            return self._card
        self._seen = seen  # from before the look, so that what is written meanwhile is seen at the next one
        try:
            return CampaignCard(self.name, self._store.status(), "")
        except OutputError as error:
            return CampaignCard(self.name, self._card.status, str(error))

    async def page(self) -> CampaignPage:
        """Return the card with the latest report."""
        card = await self.card()
        made = await self._reports.latest(None if card.detail else self._seen[0])
        if made is None or made.began != card.status.began:
            return CampaignPage(card.campaign, card.status, card.detail, "", None, self._reports.trouble)
        told = made.headline, made.report, self._reports.trouble
        return CampaignPage(card.campaign, card.status, card.detail, *told)

    def close(self) -> None:
        """Look at it no more."""
        self._store.close()


class Reports:
    """The reports of one campaign: made when somebody asks and the store has changed, one at a time, not too often."""

    def __init__(self, store: WatchedStore) -> None:
        self._store = store
        self._made: MadeReport | None = None
        self._of: Mark | None = None
        """The mark of the store before the latest one was made."""
        self._making: asyncio.Task[None] | None = None
        self._due = float("-inf")
        """When the next one may be made, by the clock of the loop."""
        self.trouble = ""
        """Why the latest one could not be made; empty: it could."""

    async def latest(self, mark: Mark | None) -> MadeReport | None:
        """Return the latest report. If one of a store with this mark is due, begin it; wait a little for one begun."""
        if mark not in (None, self._of) and self._making is None and asyncio.get_running_loop().time() >= self._due:
            self._of = mark
            self._making = asyncio.ensure_future(self._make())
        if self._making is not None:
            await asyncio.wait((self._making,), timeout=ANSWERS_WITHIN)
        return self._made

    async def _make(self) -> None:
        pause = REPORTED_EACH
        try:
            self._made = await asyncio.to_thread(self._store.report)
            self.trouble = ""
            pause = max(REPORTED_EACH, self._made.processor_s / SHARE)
        except OutputError as error:
            self.trouble = str(error)
        except Exception as error:  # noqa: BLE001 - a bug must reach the page, which would wait for ever
            self.trouble = f"hanbench itself failed: {type(error).__name__}: {error}"
        finally:
            self._due, self._making = asyncio.get_running_loop().time() + pause, None


class Campaigns:
    """Every campaign of a service."""

    def __init__(self, campaigns: Mapping[str, WatchedStore]) -> None:
        """Raises OutputError for one that cannot be read."""
        self._by_name = {name: ServedCampaign(name, store) for name, store in campaigns.items()}
        self._ended = asyncio.Event()

    def __iter__(self) -> Iterator[ServedCampaign]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def named(self, name: str) -> ServedCampaign:
        """Return a campaign. Raises ControlError for an unknown name."""
        if name not in self._by_name:
            raise unknown_name(UNKNOWN_CAMPAIGN, "campaign", name, self._by_name)
        return self._by_name[name]

    def end(self) -> None:
        """Let `until_end` end, and look at no store any more."""
        self._ended.set()
        for each in self:
            each.close()

    async def until_end(self) -> None:
        """Wait for `end`."""
        await self._ended.wait()
