"""A folder in a sheet is told by a key that no spreadsheet changes."""

from engine.folders.samples.sample import TrainingSample
from engine.folders.sheets.columns import context_of, key_of, number_of


def test_a_key_tells_the_folder_and_its_database() -> None:
    sample = TrainingSample(id=12, path="a\udcff", name="a", tokens=(), creator="a", parent="", depth=1)
    assert number_of(key_of(sample)) == 12 and number_of(f" {key_of(sample).upper()} ") == 12
    assert number_of("12") is None and number_of("f99999999999999999999-00000000") is None
    assert context_of(sample)["path"] == "a\\xff"
