"""The Air and the radios on it: timing, loss, collisions, jammers, filtering, acknowledgement."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.clock import MILLISECOND, SECOND, VirtualClock
from hanbench.emulator.errors import DropReason, LocalProtocolError
from hanbench.emulator.mac import frames
from hanbench.emulator.radio import Air, AirRadio, Jammer, RadioConfig, Reception, TxResult, TxStatus
from hanbench.emulator.randomness import split

PAN = 0x1A62


class Scene:
    """Radios on one Air, with everything that they heard and every transmission that was seen."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(seed, "air"))
        self.seed = seed
        self.heard: dict[str, list[Reception]] = {}
        self.log: list[tuple[int, int, str, bytes]] = []
        self.air.observers.append(lambda t: self.log.append((t.start, t.end, t.sender.name, t.psdu)))

    def radio(self, name: str, short: int, position: tuple[float, float] = (0.0, 0.0), **config: Any) -> AirRadio:
        radio = AirRadio(self.air, self.clock, split(self.seed, name), name, position)
        radio.configure(
            RadioConfig(channel=15, pan_id=PAN, short_address=short, extended_address=short + 0x100, **config)
        )
        radio.listen(True)
        self.heard[name] = []
        radio.receiver = self.heard[name].append
        return radio

    def send(
        self, radio: AirRadio, dst: int, payload: bytes = b"x" * 20, *, ack: bool = True, **options: Any
    ) -> list[TxResult]:
        results: list[TxResult] = []
        psdu = frames.data(7, PAN, dst, radio.config.short_address, payload, ack=ack)
        radio.transmit(psdu, results.append, **options)
        return results


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_frame_takes_its_octets_at_250_kbit_per_second(scene: Scene) -> None:
    a, _ = scene.radio("a", 1), scene.radio("b", 2, (3.0, 0.0))
    scene.send(a, 2, b"x" * 20)
    scene.clock.run_for(SECOND)
    start, end, sender, psdu = scene.log[0]
    assert sender == "a"
    assert end - start == (6 + len(psdu)) * 32


def test_an_acknowledgement_follows_the_turnaround_and_names_its_frame(scene: Scene) -> None:
    a, _ = scene.radio("a", 1), scene.radio("b", 2, (3.0, 0.0))
    results = scene.send(a, 2)
    scene.clock.run_for(SECOND)
    (_, data_end, _, _), (ack_start, ack_end, acker, ack) = scene.log
    assert (ack_start - data_end, ack_end - ack_start, acker) == (192, 352, "b")
    assert frames.verify(ack).type == frames.ACK
    assert ack[2] == 7
    assert results == [TxResult(TxStatus.ACKED, False)]
    assert len(scene.heard["b"]) == 1


def test_csma_waits_a_whole_number_of_backoff_periods(scene: Scene) -> None:
    a, _ = scene.radio("a", 1), scene.radio("b", 2)
    scene.send(a, 2)
    scene.clock.run_for(SECOND)
    waited = scene.log[0][0] - 192 - 128
    assert waited % 320 == 0
    assert 0 <= waited <= 7 * 320


def test_an_unanswered_frame_is_sent_four_times_and_reported(scene: Scene) -> None:
    a = scene.radio("a", 1)
    results = scene.send(a, 99)
    scene.clock.run_for(SECOND)
    assert len(scene.log) == 4
    assert len({psdu for *_, psdu in scene.log}) == 1
    assert results == [TxResult(TxStatus.NO_ACK, False)]


def test_each_retry_waits_for_the_acknowledgement_first(scene: Scene) -> None:
    a = scene.radio("a", 1)
    scene.send(a, 99)
    scene.clock.run_for(SECOND)
    for before, after in zip(scene.log, scene.log[1:], strict=False):
        assert after[0] - before[1] >= 864


def test_a_broadcast_reaches_all_who_listen_and_nobody_acknowledges(scene: Scene) -> None:
    a = scene.radio("a", 1)
    for number, name in enumerate("bcd", start=2):
        scene.radio(name, number, (2.0, float(number)))
    asleep = scene.radio("e", 6)
    asleep.listen(False)
    results = scene.send(a, 0xFFFF, ack=False)
    scene.clock.run_for(SECOND)
    assert [len(scene.heard[name]) for name in "bcde"] == [1, 1, 1, 0]
    assert results == [TxResult(TxStatus.SENT, False)]
    assert len(scene.log) == 1


@pytest.mark.parametrize("nobodys", [False, True])
def test_a_broadcast_is_for_its_own_pan_and_for_radios_without_one(scene: Scene, nobodys: bool) -> None:
    """IEEE 802.15.4-2011, 5.1.6.2: the PAN identifier matches, or is the broadcast one, on either side."""
    a, _, other = scene.radio("a", 1), scene.radio("b", 2), scene.radio("c", 3)
    other.configure(RadioConfig(channel=15, pan_id=0x2222, short_address=3))
    if nobodys:
        scene.radio("d", 4).configure(RadioConfig(channel=15, pan_id=0xFFFF))
    scene.send(a, 0xFFFF, ack=False)
    scene.clock.run_for(SECOND)
    assert [len(each) for each in scene.heard.values()] == [0, 1, 0, *([1] if nobodys else [])]
    a.transmit(frames.data(8, 0xFFFF, 0xFFFF, 1, b"x", ack=False), lambda _: None)
    scene.clock.run_for(SECOND)
    assert [len(each) for each in scene.heard.values()] == [0, 2, 1, *([2] if nobodys else [])]


def test_a_radio_that_moves_as_it_hears_a_broadcast_keeps_it_from_nobody(scene: Scene) -> None:
    a, b, _ = scene.radio("a", 1), scene.radio("b", 2), scene.radio("c", 3)

    def heard_and_gone(reception: Reception) -> None:
        scene.heard["b"].append(reception)
        b.configure(RadioConfig(channel=20))

    b.receiver = heard_and_gone
    scene.send(a, 0xFFFF, ack=False)
    scene.clock.run_for(SECOND)
    assert [len(each) for each in scene.heard.values()] == [0, 1, 1]


def test_other_pans_channels_and_addresses_hear_nothing(scene: Scene) -> None:
    a = scene.radio("a", 1)
    scene.radio("b", 2)
    elsewhere = scene.radio("c", 2)
    elsewhere.configure(RadioConfig(channel=20, pan_id=PAN, short_address=2))
    other_pan = scene.radio("d", 2)
    other_pan.configure(RadioConfig(channel=15, pan_id=0x2222, short_address=2))
    scene.send(a, 2)
    scene.clock.run_for(SECOND)
    assert [len(scene.heard[name]) for name in "bcd"] == [1, 0, 0]


def test_a_promiscuous_radio_hears_everything_and_acknowledges_nothing(scene: Scene) -> None:
    a = scene.radio("a", 1)
    scene.radio("sniffer", 2, promiscuous=True)
    results = scene.send(a, 2)
    scene.clock.run_for(SECOND)
    assert len(scene.heard["sniffer"]) == 4
    assert results == [TxResult(TxStatus.NO_ACK, False)]


def test_a_far_radio_is_out_of_reach(scene: Scene) -> None:
    a, _ = scene.radio("a", 1), scene.radio("b", 2, (400.0, 0.0))
    results = scene.send(a, 2)
    scene.clock.run_for(SECOND)
    assert results[0].status is TxStatus.NO_ACK
    assert scene.heard["b"] == []


def test_loss_grows_with_distance_and_with_length() -> None:
    def delivered(distance: float, octets: int) -> int:
        scene = Scene()
        a, _ = scene.radio("a", 1), scene.radio("b", 2, (distance, 0.0))
        for _ in range(300):
            scene.send(a, 0xFFFF, b"x" * octets, ack=False)
            scene.clock.run_for(50 * MILLISECOND)
        return len(scene.heard["b"])

    near, edge_long, edge_short = delivered(5.0, 100), delivered(131.0, 100), delivered(131.0, 5)
    assert near == 300
    assert 0 < edge_long < edge_short < 300


def test_a_frame_with_bit_errors_is_counted_as_bad_fcs(scene: Scene) -> None:
    a = scene.radio("a", 1)
    b = scene.radio("b", 2, (400.0, 0.0))
    scene.send(a, 2)
    scene.clock.run_for(SECOND)
    assert b.counters[DropReason.BAD_FCS] == 4


def test_a_wrong_fcs_from_the_sender_is_refused_by_the_receiver(scene: Scene) -> None:
    a, b = scene.radio("a", 1), scene.radio("b", 2)
    psdu = frames.data(7, PAN, 2, 1, b"payload", ack=False)
    a.transmit(psdu[:-1] + bytes((psdu[-1] ^ 1,)), lambda result: None)
    scene.clock.run_for(SECOND)
    assert scene.heard["b"] == []
    assert b.counters[DropReason.BAD_FCS] == 1


def test_equal_signals_that_overlap_destroy_each_other(scene: Scene) -> None:
    a, c = scene.radio("a", 1, (-5.0, 0.0)), scene.radio("c", 3, (5.0, 0.0))
    scene.radio("b", 2)
    scene.send(a, 2, csma=False, ack=False)
    scene.send(c, 2, csma=False, ack=False)
    scene.clock.run_for(SECOND)
    assert scene.heard["b"] == []


def test_the_much_stronger_of_two_overlapping_signals_is_captured(scene: Scene) -> None:
    near, far = scene.radio("near", 1, (1.0, 0.0)), scene.radio("far", 3, (20.0, 0.0))
    scene.radio("b", 2)
    scene.send(near, 2, csma=False, ack=False)
    scene.send(far, 2, csma=False, ack=False)
    scene.clock.run_for(SECOND)
    assert [reception.psdu[7] for reception in scene.heard["b"]] == [1]


def test_carrier_sense_keeps_neighbours_apart() -> None:
    delivered = 0
    for seed in range(20):
        scene = Scene(seed)
        a, c = scene.radio("a", 1, (-2.0, 0.0)), scene.radio("c", 3, (2.0, 0.0))
        scene.radio("b", 2)
        results = scene.send(a, 2) + scene.send(c, 2)
        scene.clock.run_for(SECOND)
        delivered += len(scene.heard["b"])
        results = [r for r in results if r.status is not TxStatus.ACKED]
        assert not results
    assert delivered >= 40


def test_a_jammer_keeps_the_channel_busy_until_it_goes(scene: Scene) -> None:
    a, _ = scene.radio("a", 1), scene.radio("b", 2, (3.0, 0.0))
    jammer = Jammer(frozenset({15}), power=-40.0)
    scene.air.add_jammer(jammer)
    results = scene.send(a, 2)
    scene.clock.run_for(SECOND)
    assert results == [TxResult(TxStatus.CHANNEL_ACCESS_FAILURE, False)]
    scene.air.remove_jammer(jammer)
    results = scene.send(a, 2)
    scene.clock.run_for(SECOND)
    assert results[0].status is TxStatus.ACKED


def test_a_jammer_beside_one_radio_deafens_that_one_only(scene: Scene) -> None:
    a, b, c = scene.radio("a", 1), scene.radio("b", 2, (4.0, 0.0)), scene.radio("c", 3, (60.0, 0.0))
    assert (b.name, c.name) == ("b", "c")
    scene.air.add_jammer(Jammer(frozenset({15}), power=0.0, position=(60.0, 1.0)))
    to_b = scene.send(a, 2)
    scene.clock.run_for(SECOND)
    to_c = scene.send(a, 3)
    scene.clock.run_for(SECOND)
    assert to_b[0].status is TxStatus.ACKED
    assert to_c[0].status is TxStatus.NO_ACK


def test_a_muted_radio_neither_hears_nor_is_heard(scene: Scene) -> None:
    a, b = scene.radio("a", 1), scene.radio("b", 2)
    b.muted = True
    to_b = scene.send(a, 2)
    scene.clock.run_for(SECOND)
    seen = len(scene.log)
    from_b = scene.send(b, 1)
    scene.clock.run_for(SECOND)
    assert to_b[0].status is from_b[0].status is TxStatus.NO_ACK
    assert len(scene.log) == seen


def test_frame_pending_is_promised_to_everyone_until_source_match_is_on(scene: Scene) -> None:
    child = scene.radio("child", 2)
    parent = scene.radio("parent", 1)

    def poll() -> bool:
        results: list[TxResult] = []
        request = frames.MacFrame(
            frames.COMMAND, 9, b"\x04", dst_pan=PAN, dst=1, dst_mode=2, src_pan=PAN, src=2, src_mode=2, ack_request=True
        )
        child.transmit(request.encode(), results.append)
        scene.clock.run_for(SECOND)
        return results[0].frame_pending

    assert poll() is True
    parent.source_match(True)
    assert poll() is False
    parent.source_match_add(2, extended=False)
    assert poll() is True
    parent.source_match_remove(2, extended=False)
    assert poll() is False


def test_one_transmission_at_a_time(scene: Scene) -> None:
    a = scene.radio("a", 1)
    scene.send(a, 2)
    with pytest.raises(LocalProtocolError):
        scene.send(a, 2)


def test_reset_aborts_what_is_in_flight(scene: Scene) -> None:
    a, _ = scene.radio("a", 1), scene.radio("b", 2)
    results = scene.send(a, 2)
    a.reset()
    scene.clock.run_for(SECOND)
    assert results == [TxResult(TxStatus.ABORTED, False)]


def test_energy_scan_finds_the_jammed_channel(scene: Scene) -> None:
    a = scene.radio("a", 1)
    scene.air.add_jammer(Jammer(frozenset({20}), power=-50.0))
    found: list[int] = []
    a.energy_scan(20, 50 * MILLISECOND, found.append)
    scene.clock.run_for(SECOND)
    a.energy_scan(21, 50 * MILLISECOND, found.append)
    scene.clock.run_for(SECOND)
    assert found == [-50, -100]
    assert a.config.channel == 15


def test_the_same_seed_gives_the_same_air() -> None:
    def story(seed: int) -> list[tuple[int, int, str, bytes]]:
        scene = Scene(seed)
        a, c = scene.radio("a", 1, (-30.0, 0.0)), scene.radio("c", 3, (28.0, 0.0))
        scene.radio("b", 2)
        for _ in range(50):
            scene.send(a, 2)
            scene.send(c, 2)
            scene.clock.run_for(100 * MILLISECOND)
        return scene.log

    assert story(5) == story(5)
    assert story(5) != story(6)
