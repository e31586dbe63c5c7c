"""The tables of the READMEs say what boards/*/results.csv and the examples say."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
import bench_boards
import board_tables


def test_tables_are_what_was_measured():
    for path in board_tables.READMES:
        text = path.read_text()

        assert board_tables.fill(text) == text, path.name


def test_all_tables_are_shown():
    text = "".join(path.read_text() for path in board_tables.READMES)

    for name in board_tables.TABLES:
        assert 1 == text.count(f"<!-- table of {name}, by make bench-boards -->\n"), name


def test_all_boards_have_the_same_figures():
    results = board_tables.read_all()
    figures = [{key for key in of if key[0] != "board"} for of in results.values()]

    assert sorted(bench_boards.BOARDS) == sorted(results)
    assert len(figures) * [figures[0]] == figures
    for of in results.values():
        for net, operation in of:
            if operation in board_tables.OPERATIONS:
                whole, unit = of[net, operation]
                kernels, unit_of_kernels = of[net, f"{operation} in kernels"]
                assert unit == unit_of_kernels
                assert 0 < kernels < whole
