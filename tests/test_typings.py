"""The type stub of the C module names what the module and its twin have."""

import ast
import inspect

import _octograd


def stub(root):
    tree = ast.parse((root / "typings/_octograd.pyi").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {f.name: [a.arg for a in f.args.args] for f in functions}


def test_stub_has_the_arguments_of_the_twin(root):
    own = {
        name: list(inspect.signature(function).parameters)
        for name, function in vars(_octograd).items()
        if inspect.isfunction(function)
        and function.__module__ == "_octograd"
        and not name.startswith("_")
    }

    assert stub(root) == own


def test_stub_has_the_exports_of_the_binding(root):
    source = (root / "usermod/binding/modoctograd.c").read_text()
    exported = {line.split("MP_QSTR_")[1].split(",")[0] for line in source.splitlines()
                if line.strip().startswith("X(MP_QSTR_")}  # fmt: skip

    assert set(stub(root)) == exported
