import os
import threading
from pathlib import Path

import pytest

from engine.devices import Device
from engine.errors import InputError
from engine.runs import leases
from engine.runs.leases import Slot, Ticket, lease_directory, slots_for

CPU = [Slot("cpu-0", "cpu")]
GPUS = [Device("cuda:0", "A", 1, "GPU-a"), Device("cuda:1", "B", 1, "GPU-b")]


@pytest.fixture(autouse=True)
def _own_leases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINETOP_LEASES", str(tmp_path / "leases"))
    monkeypatch.delenv("FINETOP_CPU_SLOTS", raising=False)


def test_a_slot_is_held_by_one_and_then_free_again() -> None:
    first, second = Ticket("a", CPU), Ticket("b", CPU)
    lease = first.try_take()
    assert lease is not None
    assert second.try_take() is None
    lease.release()
    assert second.try_take() is not None


def test_who_came_later_waits_even_when_it_asks_first() -> None:
    first, second = Ticket("a", CPU), Ticket("b", CPU)
    assert second.try_take() is None
    assert (first.ahead(), second.ahead()) == (0, 1)
    assert first.try_take() is not None


def test_who_gives_up_no_longer_holds_up_others() -> None:
    first, second, third = (Ticket(name, CPU) for name in "abc")
    assert third.try_take() is None
    second.discard()
    assert third.try_take() is None
    first.discard()
    assert third.try_take() is not None


def test_the_place_of_a_process_that_died_is_passed_over() -> None:
    child = os.fork()
    if child == 0:
        Ticket("dead", CPU)
        os._exit(0)
    os.waitpid(child, 0)
    assert list((lease_directory() / "queue").glob("0*-dead"))
    assert Ticket("alive", CPU).try_take() is not None
    assert not list((lease_directory() / "queue").glob("0*-dead"))


def test_a_lease_lives_as_long_as_anybody_who_inherited_it() -> None:
    lease = Ticket("a", CPU).try_take()
    assert lease is not None
    inherited = os.dup(lease.fd)
    lease.release()
    waiting = Ticket("b", CPU)
    assert waiting.try_take() is None
    os.close(inherited)
    assert waiting.try_take() is not None


def test_a_wish_for_one_device_does_not_hold_up_the_others() -> None:
    both, only = [Slot("gpu-0", "cuda:0"), Slot("gpu-1", "cuda:1")], [Slot("gpu-1", "cuda:1")]
    busy = Ticket("busy", only).try_take()
    assert busy is not None
    picky, easy = Ticket("picky", only), Ticket("easy", both)
    lease = easy.try_take()
    assert lease is not None
    assert lease.slot.device == "cuda:0"
    busy.release()
    assert Ticket("late", both).try_take() is None
    assert picky.try_take() is not None


def test_twenty_at_once_get_twenty_places() -> None:
    drawn: list[Ticket] = []
    threads = [threading.Thread(target=lambda: drawn.append(Ticket("a", CPU))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ticket.ahead() for ticket in drawn) == list(range(20))


def test_the_cpu_has_as_many_slots_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "list_devices", lambda: [Device("cpu", "", 1)])
    assert [slot.key for slot in slots_for("auto")] == ["cpu-0"]
    monkeypatch.setenv("FINETOP_CPU_SLOTS", "3")
    assert [slot.key for slot in slots_for("cpu")] == ["cpu-0", "cpu-1", "cpu-2"]


def test_a_gpu_is_known_by_its_own_number_not_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "list_devices", lambda: [*GPUS, Device("cpu", "", 1)])
    assert slots_for("auto") == [Slot("gpu-GPU-a", "cuda:0"), Slot("gpu-GPU-b", "cuda:1")]
    assert slots_for("cuda:1") == [Slot("gpu-GPU-b", "cuda:1")]
    assert slots_for("cpu") == CPU
    with pytest.raises(InputError, match="cuda:0, cuda:1"):
        slots_for("cuda:2")


def test_a_directory_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("FINETOP_LEASES", str(tmp_path / "link"))
    with pytest.raises(InputError, match="somebody else"):
        lease_directory()
