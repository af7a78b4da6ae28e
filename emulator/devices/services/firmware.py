"""Firmware upgrades over the air: the hub has images, devices fetch them block by block (ZCL r8, chapter 11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.services.image import Image, check_image
from hanbench.emulator.devices.services.recent_log import RecentLog
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zcl import (
    ClusterClient,
    ClusterCommand,
    ClusterServer,
    CommandAnswer,
    Endpoint,
    Indication,
    Reply,
    on,
)
from hanbench.emulator.zcl.clusters import OTA
from hanbench.emulator.zcl.clusters.ota import (
    ANY_FILE_VERSION,
    ANY_IMAGE_TYPE,
    ANY_MANUFACTURER,
    NO_FILE_OFFSET,
    WAIT_FOR_ANOTHER_COMMAND,
    ImageBlockRequest,
    ImageBlockResponse,
    ImageNotify,
    OtaClientAttributes,
    OtaStatus,
    PayloadType,
    QueryNextImageRequest,
    QueryNextImageResponse,
    UpgradeEndRequest,
    UpgradeEndResponse,
    UpgradeStatus,
)

BLOCK = 48
"""Octets of image in a frame under both keys: 73, less the header's 3, the response's 14 and a few to spare."""
PATIENCE = 3
"""Unanswered requests for a block after which the download rests until the device is awake or notified."""
BURST = 100
"""Blocks that a sleeper fetches at one wake; the rest waits for the next."""
METER_IMAGE = 0x0001
"""Image type of every emulated meter; the manufacturer code tells them apart."""


class FirmwareServer:
    """The hub's part. `server` goes on its endpoint."""

    def __init__(self, utc: Callable[[], int]) -> None:
        self._utc = utc
        self._images: dict[tuple[int, int], Image] = {}
        self.upgrade_time = 0
        """When devices with a complete image change over, UTC seconds; 0: at once."""
        self.ended: RecentLog[tuple[int, int, int]] = RecentLog()
        """Short address, version and status of each UpgradeEndRequest."""
        self.endpoint: Endpoint
        """Set by the hub."""
        self.server = ClusterServer(
            OTA,
            handlers=(
                on(QueryNextImageRequest, self._query),
                on(ImageBlockRequest, self._block),
                on(UpgradeEndRequest, self._end),
            ),
        )

    def publish(self, image: Image) -> None:
        """Offer an image to devices of its manufacturer and type."""
        self._images[image.key] = image

    def withdraw(self, image: Image) -> None:
        """Offer an image no more; downloads under way end."""
        self._images.pop(image.key, None)

    def notify(self, short: int, endpoint: int) -> None:
        """Tell a device that listens that there is an image."""
        self.endpoint.command(short, endpoint, OTA.id, ImageNotify(PayloadType.QUERY_JITTER, query_jitter=100))

    def _query(self, request: QueryNextImageRequest, indication: Indication) -> CommandAnswer:
        image = self._images.get((request.manufacturer_code, request.image_type))
        if image is None or image.version <= request.file_version:
            return QueryNextImageResponse(OtaStatus.NO_IMAGE_AVAILABLE)
        return QueryNextImageResponse(OtaStatus.SUCCESS, *image.key, image.version, len(image.octets))

    def _block(self, request: ImageBlockRequest, indication: Indication) -> CommandAnswer:
        image = self._images.get((request.manufacturer_code, request.image_type))
        offset = request.file_offset
        if image is None or image.version != request.file_version or offset >= len(image.octets):
            return ImageBlockResponse(OtaStatus.ABORT)
        data = image.octets[offset : offset + min(BLOCK, request.maximum_data_size)]
        return ImageBlockResponse(OtaStatus.SUCCESS, *image.key, image.version, offset, data)

    def _end(self, request: UpgradeEndRequest, indication: Indication) -> CommandAnswer:
        self.ended.append((indication.src, request.file_version, request.status))
        if request.status != OtaStatus.SUCCESS:
            return None
        return UpgradeEndResponse(
            request.manufacturer_code,
            request.image_type,
            request.file_version,
            current_time=self._utc(),
            upgrade_time=self.upgrade_time or self._utc(),
        )


@dataclass(frozen=True, slots=True)
class Download:
    """An image that is being downloaded."""

    version: int
    size: int
    """Octets of the complete image."""
    octets: bytes = b""
    """Octets that have come, from the first on."""

    @property
    def complete(self) -> bool:
        return len(self.octets) >= self.size


class ChangeOver(NamedTuple):
    """An image that is complete and waits for its time."""

    version: int
    time: int | None
    """UTC seconds; None: when the hub says so."""


@dataclass(slots=True)
class FirmwareFlash:
    """What `FirmwareClient` keeps."""

    version: int = 1
    """Version of the firmware that runs."""
    download: Download | None = None
    change_over: ChangeOver | None = None


class FirmwareClient:
    """A device's part. `client` goes on its endpoint."""

    def __init__(
        self,
        clock: Clock,
        utc: Callable[[], int],
        flash: FirmwareFlash,
        manufacturer: int,
        changed: Callable[[int], None],
        awake: Callable[[bool], None] | None = None,
    ) -> None:
        """`changed` gets the version that runs from now on; `awake` keeps a sleeper polling, or lets it sleep."""
        self._clock = clock
        self._utc = utc
        self._flash = flash
        self._manufacturer = manufacturer
        self._changed = changed
        self._awake = awake
        self._busy = False
        self._vain = self._fetched = 0

        self.endpoint: Endpoint
        """Set by the device."""
        self.client = ClusterClient(
            OTA,
            (on(ImageNotify, self._notified), on(UpgradeEndResponse, self._told_now)),
            {
                OtaClientAttributes.CurrentFileVersion: lambda: self.version,
                OtaClientAttributes.FileOffset: lambda: self.file_offset,
                OtaClientAttributes.ImageUpgradeStatus: lambda: self.status,
                OtaClientAttributes.ManufacturerID: manufacturer,
                OtaClientAttributes.ImageTypeID: METER_IMAGE,
            },
        )
        self._await_change()

    @property
    def version(self) -> int:
        """Version of the firmware that runs."""
        return self._flash.version

    @property
    def file_offset(self) -> int:
        """Octets of the image that have come; NO_FILE_OFFSET while nothing is being downloaded."""
        download = self._flash.download
        return NO_FILE_OFFSET if download is None else len(download.octets)

    @property
    def status(self) -> UpgradeStatus:
        waiting = self._flash.change_over
        if waiting is not None:
            return UpgradeStatus.WAITING_TO_UPGRADE if waiting.time is None else UpgradeStatus.COUNT_DOWN
        return UpgradeStatus.NORMAL if self._flash.download is None else UpgradeStatus.DOWNLOAD_IN_PROGRESS

    def look(self) -> None:
        """Go on with a download, or ask whether there is an image: when notified, and now and then."""
        if self._busy or self._flash.change_over is not None:
            return
        self._busy = True
        self._vain = self._fetched = 0
        if self._awake is not None:
            self._awake(True)
        if self._flash.download is not None:
            self._next_block(self._flash.download)
        else:
            self._ask(QueryNextImageRequest(0, self._manufacturer, METER_IMAGE, self.version), self._found)

    def _notified(self, command: ImageNotify, indication: Indication) -> CommandAnswer:
        """Look, unless the image is for other devices, or is the one that runs (ZCL r8, 11.13.3)."""
        new = command.new_file_version not in (None, self.version)
        if self._is_mine(command.manufacturer_code, command.image_type) and (new or command.new_file_version is None):
            self._clock.call_later(SECOND, self.look)
        return None

    def _is_mine(self, manufacturer: int | None, image_type: int | None) -> bool:
        """Whether codes are this device's, wild cards, or not told."""
        mine = (None, ANY_MANUFACTURER, self._manufacturer), (None, ANY_IMAGE_TYPE, METER_IMAGE)
        return manufacturer in mine[0] and image_type in mine[1]

    def _found(self, reply: Reply) -> None:
        answer = reply.command
        found = isinstance(answer, QueryNextImageResponse) and answer.status == OtaStatus.SUCCESS
        if (
            not isinstance(answer, QueryNextImageResponse)
            or not found
            or not self._is_mine(answer.manufacturer_code, answer.image_type)
            or (answer.file_version or 0) <= self.version
            or not answer.image_size
        ):
            self._rest()
            return
        self._go_on(Download(answer.file_version or 0, answer.image_size or 0))

    def _go_on(self, download: Download) -> None:
        self._flash.download = download
        self._next_block(download)

    def _next_block(self, download: Download) -> None:
        if download.complete:
            self._complete(download)
            return
        if self._awake is not None and self._fetched >= BURST:
            self._rest()
            return
        request = ImageBlockRequest(
            field_control=0,
            manufacturer_code=self._manufacturer,
            image_type=METER_IMAGE,
            file_version=download.version,
            file_offset=len(download.octets),
            maximum_data_size=BLOCK,
        )
        self._ask(request, self._block_came)

    def _block_came(self, reply: Reply) -> None:
        download = self._flash.download
        assert download is not None
        answer = reply.command
        if isinstance(answer, ImageBlockResponse) and answer.status == OtaStatus.WAIT_FOR_DATA:
            self._wait(answer)
            return
        if not isinstance(answer, ImageBlockResponse) or not self._is_of(answer, download):
            self._vain += 1
            if self._vain < PATIENCE:
                self._next_block(download)
            else:
                self._rest()
            return
        data = answer.image_data
        if not data or answer.file_offset != len(download.octets):
            # The server offers the image no more, or sent another block: start anew next time.
            self._drop()
            return
        self._vain = 0
        self._fetched += 1
        self._go_on(replace(download, octets=download.octets + data))

    def _is_of(self, answer: ImageBlockResponse, download: Download) -> bool:
        """Whether a block is of the image that is being downloaded; a status other than SUCCESS is of any."""
        if answer.status != OtaStatus.SUCCESS:
            return True
        return self._is_mine(answer.manufacturer_code, answer.image_type) and answer.file_version == download.version

    def _wait(self, answer: ImageBlockResponse) -> None:
        """Ask again when the hub says; both times are its own (ZCL r8, 11.13.8.2.1)."""
        seconds = max(1, (answer.request_time or 0) - (answer.current_time or 0))
        self._rest()
        self._clock.call_later(seconds * SECOND, self.look)

    def _complete(self, download: Download) -> None:
        try:
            image = check_image(download.octets)
            whole = (*image.key, image.version) == (self._manufacturer, METER_IMAGE, download.version)
        except RemoteProtocolError:
            whole = False
        status = OtaStatus.SUCCESS if whole else OtaStatus.INVALID_IMAGE
        request = UpgradeEndRequest(status, self._manufacturer, METER_IMAGE, download.version)
        if whole:
            self._ask(request, self._told_when)
        else:
            self.endpoint.command(HUB, HUB_ENDPOINT, OTA.id, request)
            self._drop()

    def _told_when(self, reply: Reply) -> None:
        answer = reply.command
        download = self._flash.download
        if isinstance(answer, UpgradeEndResponse) and download is not None and self._is_about(answer, download.version):
            self._flash.download = None
            self._flash.change_over = ChangeOver(download.version, self._time_of(answer))
            self._await_change()
        self._rest()

    def _told_now(self, answer: UpgradeEndResponse, indication: Indication) -> CommandAnswer:
        """Take a time that the hub tells of its own accord, while the device waits for one."""
        waiting = self._flash.change_over
        if waiting is not None and self._is_about(answer, waiting.version):
            self._flash.change_over = ChangeOver(waiting.version, self._time_of(answer))
            self._await_change()
        return None

    def _is_about(self, answer: UpgradeEndResponse, version: int) -> bool:
        mine = self._is_mine(answer.manufacturer_code, answer.image_type)
        return mine and answer.file_version in (version, ANY_FILE_VERSION)

    def _time_of(self, answer: UpgradeEndResponse) -> int | None:
        """When to change over, UTC seconds of this device's clock; None: when the hub says so.

        Both times are the hub's; without a clock it says 0, and in how many seconds (ZCL r8, 11.13.9).
        """
        if answer.upgrade_time == WAIT_FOR_ANOTHER_COMMAND:
            return None
        return self._utc() + max(0, answer.upgrade_time - answer.current_time)

    def _drop(self) -> None:
        self._flash.download = None
        self._rest()

    def _rest(self) -> None:
        self._busy = False
        if self._awake is not None:
            self._awake(False)

    # --- changing over ------------------------------------------------------------------------------------------

    def _await_change(self) -> None:
        pending = self._flash.change_over
        if pending is not None and pending.time is not None:
            self._clock.call_later(max(0, pending.time - self._utc()) * SECOND, self._change, pending.version)

    def _change(self, version: int) -> None:
        pending = self._flash.change_over
        if pending is None or pending.time is None:
            return
        if self._utc() < pending.time:
            # The clock was set since, or the hub has told another time.
            self._await_change()
            return
        self._flash.change_over = None
        self._flash.version = version
        self._changed(version)

    def _ask(self, request: ClusterCommand, done: Callable[[Reply], None]) -> None:
        self.endpoint.command(HUB, HUB_ENDPOINT, OTA.id, request, done)
