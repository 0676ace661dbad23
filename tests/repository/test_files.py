"""What every file of the repository keeps to: size, names, docstrings, and nothing that belongs elsewhere."""

import ast
import hashlib
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_TEXT = {".py", ".md", ".toml", ".txt", ".in", ".sql", ".html", ".css", ".js", ".json", ".svg", ".yml", ".yaml", ""}
_DATA = {".csv", ".tsv", ".jsonl", ".parquet", ".xlsx", ".zip", ".gz", ".duckdb", ".sqlite", ".db", ".pkl", ".npy"}
_VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "service", "manager"}
_LARGEST_FILE = 600_000
_LARGEST_SAMPLE = 64_000
_MACHINE_PATHS = re.compile(r"(?<![\w.<>-])/(?:" + "|".join(("work", "farm", "root", "home", "tmp")) + r")/\w")
_REGISTRIES = re.compile(
    "|".join(re.escape(".".join(host)) for host in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")))
    + "|--(?:extra-)?index-url|--find-links|file:/{3}opt"
)


def _files() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := _ROOT / name).is_file()]


FILES = _files()
MODULES = [path for path in FILES if path.suffix == ".py"]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


def _name(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()


def _lines_matching(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{_name(path)}:{number}: {line.strip()[:120]}"
        for path in FILES
        if path.suffix in _TEXT and path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_the_patterns_find_what_they_look_for():
    assert _MACHINE_PATHS.search("open('/" + "work/main/a.csv')")
    assert not _MACHINE_PATHS.search("a share of orders/work/day")
    assert _REGISTRIES.search("https://pypi" + ".org/simple")


def test_no_file_names_a_path_of_a_machine():
    assert _lines_matching(_MACHINE_PATHS) == []


def test_no_file_names_a_package_registry():
    assert _lines_matching(_REGISTRIES) == []


def test_every_module_says_what_it_is():
    silent = [_name(path) for path in MODULES if not ast.get_docstring(_tree(path))]
    assert silent == []


def test_no_module_over_600_lines():
    long = {_name(path): count for path in MODULES if (count := len(path.read_bytes().splitlines())) > 600}
    assert long == {}


def test_no_function_over_70_lines():
    long = {
        f"{_name(path)}:{node.name}": length
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > 70
    }
    assert long == {}


def test_no_file_has_a_name_that_says_nothing():
    assert [_name(path) for path in FILES if _VAGUE & {path.stem.lower(), path.parent.name.lower()}] == []


def _swallows_everything(node: ast.AST) -> bool:
    """A bare or broad handler that does not end by raising again."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
    return broad and not isinstance(node.body[-1], ast.Raise)


def test_no_broad_except_hides_a_fault():
    caught = [
        f"{_name(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(_tree(path))
        if _swallows_everything(node)
    ]
    assert caught == []


def test_data_files_are_small_samples_of_tests_only():
    wrong = [
        _name(path)
        for path in FILES
        if path.suffix.lower() in _DATA
        and (path.relative_to(_ROOT).parts[0] != "tests" or path.stat().st_size > _LARGEST_SAMPLE)
    ]
    assert wrong == []


def test_no_file_is_large():
    assert [_name(path) for path in FILES if path.stat().st_size > _LARGEST_FILE] == []


def test_no_third_party_script_is_copied_in():
    assert [_name(path) for path in FILES if re.search(r"\.min\.(?:js|css)$|node_modules/", _name(path))] == []


@pytest.mark.real_data
def test_no_file_is_one_of_the_public_data_sets(real_data):
    listing = real_data / "MANIFEST.tsv"
    if not listing.is_file():
        pytest.skip(f"{real_data} has no MANIFEST.tsv with the digests of its files")
    manifest = listing.read_text(encoding="utf-8").splitlines()
    place = manifest[0].split("\t").index("sha256")
    published = {line.split("\t")[place] for line in manifest[1:]}
    assert len(published) > 50
    ours = {hashlib.sha256(path.read_bytes()).hexdigest(): _name(path) for path in FILES if path.stat().st_size}
    assert {name for digest, name in ours.items() if digest in published} == set()
