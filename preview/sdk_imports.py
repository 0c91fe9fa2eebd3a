"""Imports the providers' SDKs in a third of the time: their annotations are evaluated when they are asked for.

Evaluating the annotations of every class and function takes more than half of the import of a generated SDK, and a
program needs a few of them. So its modules are compiled as if each began with `from __future__ import annotations`
(PEP 563); Pulumi reads annotations through `typing.get_type_hints`, which evaluates such ones. The fields of the
`TypedDict`s, which type checkers alone read, are left out. Importing what a large AWS stack uses takes 0.4 of the time
with the first, 0.33 with both.

The bytecode is kept beside Python's own, as `<module>.cpython-<version>.opt-postponed.pyc`. A module is imported as
usual where no such file exists and none may be written: compiling it each time would take longer.
"""

from __future__ import annotations
import __future__

import ast
import importlib.util
import marshal
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

_BYTECODE = "postponed"
"""The mark of our bytecode files; another one whenever something else is compiled into them."""

GENERATED = "pulumi_"
"""How the names of the providers' packages begin."""

_WRITTEN = frozenset({"pulumi_policy"})
"""Packages of such a name that people wrote: they may rely on their annotations, and import quickly."""


def postpone() -> None:
    """Import the providers' SDKs in this way, for the rest of the process."""
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(GENERATED) or fullname.partition(".")[0] in _WRITTEN:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


class _WithoutFields(ast.NodeTransformer):
    """Empties the `TypedDict`s of a module."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        if any(isinstance(base, ast.Name) and base.id == "TypedDict" for base in node.bases):
            node.body = [ast.copy_location(ast.Pass(), node.body[0])]
        return node


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        """Return the module's code from its bytecode file, which is written where there is none or an old one."""
        source = self.get_filename(fullname)
        cache = importlib.util.cache_from_source(source, optimization=_BYTECODE)
        header = self._header(source)
        try:
            content = self.get_data(cache)
        except OSError:
            content = b""
        if content.startswith(header):
            return marshal.loads(memoryview(content)[len(header) :])
        if sys.dont_write_bytecode or not os.access(os.path.dirname(source), os.W_OK):
            return super().get_code(fullname)
        tree = _WithoutFields().visit(ast.parse(self.get_data(source), source))
        code = compile(tree, source, "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)
        self.set_data(cache, header + marshal.dumps(code))
        return code

    def _header(self, source: str) -> bytes:
        """Return what a bytecode file begins with (PEP 552): Python's version, and the source's time and size."""
        status = self.path_stats(source)
        fields = (0, int(status["mtime"]), status["size"])
        return importlib.util.MAGIC_NUMBER + b"".join((field & 0xFFFFFFFF).to_bytes(4, "little") for field in fields)
