"""Print the shape of the house beside that of code we admire: aims, never a gate.

A body is a function's lines less its docstring and the functions inside it.
"""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent / "src" / "tilannekuva"
# Measured once over other projects' code: median and 95th percentile of bodies, longest body.
ADMIRED = {
    "starlette": (5, 38, 149),
    "import-linter": (8, 33, 107),
    "ehrql": (6, 39, 129),
    "zuko": (5, 33, 65),
}
AIMS = {
    "median body": 8,
    "95th percentile": 35,
    "longest body": 60,
    "longest module": 400,
    "deepest nesting": 4,
}
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function of a module."""
    yield from (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def body(node: Function) -> int:
    """Count the lines of a function's body."""
    statements = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    inner = sum((one.end_lineno or 0) - one.lineno + 1 for one in node.body if isinstance(one, FUNCTIONS))
    return (node.end_lineno or 0) - statements[0].lineno + 1 - inner


def nesting(node: ast.AST, depth: int = 0) -> int:
    """Say how deep the blocks of a function nest."""
    inner = [one for one in ast.iter_child_nodes(node) if not isinstance(one, FUNCTIONS)]
    return max([depth, *(nesting(one, depth + isinstance(one, BLOCKS)) for one in inner)])


def main() -> None:
    """Print where we stand."""
    modules = {file: file.read_text(encoding="utf-8") for file in sorted(ROOT.rglob("*.py"))}
    found = [(body(one), nesting(one), f"{file.name}:{one.lineno} {one.name}")
             for file, text in modules.items() for one in functions(ast.parse(text))]  # fmt: skip
    lengths = sorted(length for length, _, _ in found)
    longest = max((len(text.splitlines()), file.name) for file, text in modules.items())
    got = {
        "median body": statistics.median(lengths),
        "95th percentile": lengths[int(0.95 * (len(lengths) - 1))],
        "longest body": lengths[-1],
        "longest module": longest[0],
        "deepest nesting": max(depth for _, depth, _ in found),
    }
    print(f"{len(found)} functions in {len(modules)} modules")
    for name, value in got.items():
        print(f"  {name}: {value:g} (aim {AIMS[name]})")
    for length, depth, where in sorted(found, reverse=True)[:5]:
        print(f"  longest: {length} lines, nesting {depth}: {where}")
    print("admired (median, 95th percentile, longest body): ", end="")
    print(", ".join(f"{name} {', '.join(map(str, shape))}" for name, shape in ADMIRED.items()))


if __name__ == "__main__":
    main()
