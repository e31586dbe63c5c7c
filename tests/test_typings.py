"""The type stubs of the C modules name what the modules and their twins have."""

import ast
import importlib
import inspect
import pathlib

import pytest

BINDING = pathlib.Path(__file__).parents[1] / "usermod/binding"
MODULES = sorted("_" + path.stem.removeprefix("mod") for path in BINDING.glob("mod*.c"))


def stub(root, module):
    tree = ast.parse((root / f"typings/{module}.pyi").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {f.name: [a.arg for a in f.args.args] for f in functions}


@pytest.mark.parametrize("module", MODULES)
def test_stub_has_the_arguments_of_the_twin(root, module):
    own = {
        name: list(inspect.signature(function).parameters)
        for name, function in vars(importlib.import_module(module)).items()
        if inspect.isfunction(function)
        and function.__module__ == module
        and not name.startswith("_")
    }

    assert stub(root, module) == own


@pytest.mark.parametrize("module", MODULES)
def test_stub_has_the_exports_of_the_binding(root, module):
    source = (BINDING / f"mod{module[1:]}.c").read_text()
    exported = {line.split("MP_QSTR_")[1].split(",")[0] for line in source.splitlines()
                if line.strip().startswith("X(MP_QSTR_")}  # fmt: skip

    assert set(stub(root, module)) == exported
