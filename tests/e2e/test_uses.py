"""The commonest uses, each with a real repository: what must just work on somebody's machine."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

LOOP = {
    "steps.py": '''def halvings(n: int) -> int:
    """How often n can be halved before it is 1."""
    count = 0
    while n > 1:
        n = n // 1
        count += 1
    return count
''',
    "test_steps.py": """from steps import halvings


def test_eight():
    assert halvings(8) == 3


def test_one():
    assert halvings(1) == 0
""",
}


def test_a_red_test_that_is_not_committed(shop: Any, texts: Mapping[str, str]) -> None:
    source = (shop.root / "tests/test_cart.py").read_text()
    (shop.root / "tests/test_cart.py").write_text(source.replace("def test_free_from_fifty", "def helper_of_old"))
    shop.commit("only green tests")
    shop.write(
        {"tests/test_new.py": "from shop.cart import shipping\n\n\ndef test_new():\n    assert shipping(5000) == 0\n"}
    )
    before = shop.fingerprint()
    said = shop.run("Ship free", "--model", shop.script(texts["fix"]))
    assert (said.result["ending"], said.result["tests"]["target"]) == ("accepted", 1)
    delivered = shop.git("diff", "--name-only", "HEAD", said.result["branch"]).split()
    assert (delivered, shop.fingerprint()) == (["shop/cart.py"], before)


def test_a_test_for_a_function_that_does_not_exist_yet(shop: Any) -> None:
    shop.write({"tests/test_vat.py": "from shop.cart import vat\n\n\ndef test_vat():\n    assert vat(1000) == 190\n"})
    write = (
        "shop/cart.py\n<<<<<<< SEARCH\ndef discount(total: int, percent: int) -> int:\n=======\n"
        "def vat(total: int) -> int:\n    return total * 19 // 100\n\n\n"
        "def discount(total: int, percent: int) -> int:\n>>>>>>> REPLACE\n"
    )
    both = write + shop_fix()
    said = shop.run("Add vat", "--model", shop.script(both))
    assert (said.result["ending"], said.result["tests"]["target_green"]) == ("accepted", 2), said.err


def shop_fix() -> str:
    return "shop/cart.py\n<<<<<<< SEARCH\n    if total > 5000:\n=======\n    if total >= 5000:\n>>>>>>> REPLACE\n"


def test_a_dirty_checkout_stays_as_it_is_and_the_patch_holds_only_the_repair(
    shop: Any, texts: Mapping[str, str]
) -> None:
    cart = shop.root / "shop/cart.py"
    cart.write_text(cart.read_text() + "\n\ndef staged() -> int:\n    return 1\n")
    shop.git("add", "shop/cart.py")
    cart.write_text(cart.read_text() + "\n\ndef unstaged() -> int:\n    return 2\n")
    shop.write({"notes.txt": "mine"})
    before, status = shop.fingerprint(), shop.git("status", "--porcelain")
    said = shop.run("Ship free", "--model", shop.script(texts["fix"]))
    patch = Path(said.result["patch"]).read_text()
    assert (said.result["ending"], "staged" in patch, "notes" in patch) == ("accepted", False, False)
    assert (shop.fingerprint(), shop.git("status", "--porcelain")) == (before, status)


def environment(folder: Path, lean: Path, *paths: Path) -> Path:
    """A virtual environment with pytest in it, and with these paths as an editable install puts them there."""
    shutil.copytree(lean.parents[1], folder, symlinks=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "__editable__.project.pth").write_text("".join(f"{path}\n" for path in paths))
    return folder / "bin" / "python"


@pytest.mark.parametrize("layout", ["", "src"])
def test_an_editable_install_of_this_very_checkout(
    make: Callable[..., Any], texts: Mapping[str, str], tmp_path: Path, layout: str
) -> None:
    """The slot's code is what is tested: else no edit could ever turn the test green."""
    files = shop_in(layout)
    project = make(files)
    python = environment(tmp_path / "env", project.python, project.root / layout)
    fix = texts["fix"].replace("shop/cart.py", f"{layout}/shop/cart.py".lstrip("/"))
    said = project.pareback("run", "Ship free", "--json", "--python", str(python), "--model", project.script(fix))
    assert (said.exit, said.result["ending"]) == (0, "accepted"), said.err + said.out


def shop_in(layout: str) -> dict[str, str]:
    cart = "def shipping(total):\n    if total > 5000:\n        return 0\n    return 490\n"
    test = "from shop.cart import shipping\n\n\ndef test_free():\n    assert shipping(5000) == 0\n"
    prefix = f"{layout}/" if layout else ""
    return {f"{prefix}shop/__init__.py": "", f"{prefix}shop/cart.py": cart, "tests/test_cart.py": test}


def test_an_editable_install_from_a_folder_we_do_not_know_is_named(
    make: Callable[..., Any], texts: Mapping[str, str], tmp_path: Path
) -> None:
    project = make(shop_in("code/python"))
    python = environment(tmp_path / "env", project.python, project.root / "code/python")
    fix = texts["fix"].replace("shop/cart.py", "code/python/shop/cart.py")
    words = ["run", "Ship free", "--json", "--python", str(python), "--model", project.script(fix)]
    said = project.pareback(*words)
    assert (said.exit, said.result["ending"], said.result["reason"]) == (2, "blocked", "foreign_module")
    assert "shop" in said.result["message"]
    told = project.pareback(*words, PAREBACK_ROOTS="code/python")
    assert (told.exit, told.result["ending"]) == (0, "accepted")


def test_the_projects_own_environment_is_found(make: Callable[..., Any], texts: Mapping[str, str]) -> None:
    project = make({**shop_in(""), ".gitignore": ".venv/\n"})
    environment(project.root / ".venv", project.python, project.root)
    said = project.pareback("run", "Ship free", "--json", "--model", project.script(texts["fix"]))
    assert (said.exit, said.result["ending"]) == (0, "accepted"), said.err


def test_no_environment_at_all_tells_three_ways_on(shop: Any, texts: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    git = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    (tmp_path / "bin" / "git").symlink_to(git)
    words = ["run", "Ship free", "--json", "--model", shop.script(texts["fix"])]
    said = shop.pareback(*words, PATH=str(tmp_path / "bin"))
    assert (said.exit, said.result["ending"], said.result["reason"]) == (2, "blocked", "no_interpreter")
    assert all(way in said.result["message"] for way in ("--python", "--setup", ".venv"))


def test_an_untracked_secret_reaches_no_ref_and_no_object(shop: Any, texts: Mapping[str, str]) -> None:
    secret = "TOKEN=very-secret-value-4711"
    shop.write({".env": secret})
    said = shop.run("Ship free", "--model", shop.script(texts["fix"]))
    assert said.result["ending"] == "accepted"
    listed = shop.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)").split("\n")
    blobs = [line.split()[0] for line in listed if line.endswith("blob")]
    assert secret not in "".join(shop.git("cat-file", "blob", blob) for blob in blobs)
    assert secret not in Path(said.result["patch"]).read_text()


def test_a_bug_that_is_an_endless_loop(make: Callable[..., Any]) -> None:
    project = make(LOOP)
    fix = "steps.py\n<<<<<<< SEARCH\n        n = n // 1\n=======\n        n = n // 2\n>>>>>>> REPLACE\n"
    said = project.run("It hangs", "--model", project.script(fix), PAREBACK_TEST_SECONDS="1")
    assert (said.exit, said.result["ending"], said.result["tests"]["target"]) == (0, "accepted", 1), said.err


def test_the_embedded_model_mends_an_endless_loop(make: Callable[..., Any]) -> None:
    said = make(LOOP).run("It hangs", PAREBACK_TEST_SECONDS="1")
    assert (said.exit, said.result["ending"]) == (0, "accepted"), said.err


def test_a_patch_on_a_dirty_file_that_does_not_fit_head_is_a_file_only(shop: Any) -> None:
    cart = shop.root / "shop/cart.py"
    cart.write_text(cart.read_text().replace("    if total > 5000:\n", "    limit = 5000\n    if total > limit:\n"))
    fix = "shop/cart.py\n<<<<<<< SEARCH\n    if total > limit:\n=======\n    if total >= limit:\n>>>>>>> REPLACE\n"
    said = shop.run("Ship free", "--model", shop.script(fix))
    assert (said.exit, said.result["ending"], said.result["branch"]) == (0, "accepted", None)
    assert "does not fit HEAD" in said.result["message"]


def test_apply_refuses_when_a_file_changed_meanwhile(shop: Any, texts: Mapping[str, str]) -> None:
    """The work tree changes after the base was frozen: nothing is written, the branch is delivered, exit 1."""
    said = shop.run(
        "Ship free",
        "--model",
        shop.script(texts["fix"]),
        "--apply",
        "--yes",
        "--setup",
        f"{sys.executable} {late_writer(shop)}",
        "--sandbox",
        "none",  # in one, no set-up reaches the work tree
    )
    assert (said.exit, said.result["ending"], said.result["applied"]) == (1, "accepted", False), said.err
    assert (shop.root / "shop/cart.py").read_text().endswith("# mine\n")


def late_writer(shop: Any) -> Path:
    """A set-up command that stands for somebody who edits while the run goes on."""
    script = Path(shop.home) / "late.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    lean = next(shop.python.parents[1].glob("lib/python*/site-packages"))
    script.write_text(
        "import os, pathlib\n"
        f"path = pathlib.Path({str(shop.root / 'shop/cart.py')!r})\n"
        "path.write_text(path.read_text() + '# mine\\n')\n"
        "site = next(pathlib.Path(os.environ['VIRTUAL_ENV']).glob('lib/python*/site-packages'))\n"
        f"(site / 'lean.pth').write_text({str(lean)!r} + '\\n')\n"
    )
    return script


def test_only_the_test_that_was_asked_for_is_the_target(shop: Any, texts: Mapping[str, str]) -> None:
    (shop.root / "tests/test_other.py").write_text("def test_other_thing():\n    assert False, 'not this ticket'\n")
    said = shop.run("x", "--model", shop.script(texts["fix"]), "--tests", "tests/test_cart.py::test_free_from_fifty")
    assert (said.result["ending"], said.result["tests"]["target"], said.result["oracle"]) == ("accepted", 1, "given")


def test_a_second_process_on_the_same_run_is_turned_away(shop: Any, texts: Mapping[str, str]) -> None:
    said = shop.run("Ship free", "--model", shop.script(texts["fix"]))
    lock = os.open(shop.home / "runs" / said.result["run"] / "lock", os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert shop.pareback("resume", said.result["run"]).exit == 75
    finally:
        os.close(lock)
