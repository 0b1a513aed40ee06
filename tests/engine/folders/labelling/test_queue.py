"""The order in which folders are shown."""

from engine.folders.labelling.queue import LabelQueue


def taken(queue: LabelQueue, count: int) -> list[int | None]:
    """The next folders, each decided as it is shown."""
    shown = []
    for _ in range(count):
        number = queue.next()
        shown.append(number)
        if number is not None:
            queue.decided.add(number)
    return shown


def test_the_batch_comes_first_and_nothing_twice() -> None:
    assert taken(LabelQueue([3, 1], [1, 2, 3, 4]), 5) == [3, 1, 2, 4, None]


def test_what_was_put_off_comes_last() -> None:
    queue = LabelQueue([], [1, 2, 3])
    queue.put_off.add(1)
    assert taken(queue, 4) == [2, 3, 1, None]


def test_what_was_passed_by_comes_before_what_was_put_off() -> None:
    queue = LabelQueue([], [1, 2, 3])
    queue.put_off.add(1)
    queue.pass_by(2)
    assert taken(queue, 4) == [3, 2, 1, None]


def test_what_was_looked_for_comes_at_once_even_if_decided() -> None:
    queue = LabelQueue([], [1, 2, 3])
    queue.decided.add(3)
    queue.look_at([3, 2])
    assert taken(queue, 4) == [3, 2, 1, None]


def test_a_folder_left_comes_back_unless_it_was_decided_since() -> None:
    queue = LabelQueue([], [1, 2])
    queue.come_back(2)
    assert queue.next() == 2
    queue.come_back(2)
    queue.decided.add(2)
    assert queue.next() == 1


def test_reopened_folders_are_offered_again() -> None:
    queue = LabelQueue([], [1, 2])
    assert taken(queue, 2) == [1, 2]
    queue.reopen(1)
    assert queue.next() == 1 and queue.done_of_batch == 0


def test_looking_ahead_moves_nothing() -> None:
    queue = LabelQueue([5], [1, 2, 3])
    queue.decided.add(1)
    assert queue.ahead(3) == [5, 2, 3] == queue.ahead(3) and queue.next() == 5
