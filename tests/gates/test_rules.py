"""Hard rules: new ones block, old ones, moved or not, do not."""

from collections.abc import Callable

import pytest

from pareback.gates.points import UNIT_FLOW
from pareback.gates.verdict import Verdict

Judge = Callable[..., Verdict]


def ids(verdict: Verdict) -> list[str]:
    return [finding.id for finding in verdict.hard]


def deep(name: str) -> str:
    """A function with 17 points of flow, in statements of different shapes."""
    return f"""
def {name}(rows, seen):
    for row in rows:
        if row.open and row.due:
            for item in row.items:
                if item in seen:
                    seen.remove(item)
                elif item.late:
                    raise ValueError(item.name)
    while seen:
        if seen[0] > 3:
            print(seen.pop(), len(seen))
        else:
            return seen[1:]
    return None
"""


def test_a_new_unit_with_too_much_flow_is_told_a_way_out(judge: Judge) -> None:
    verdict = judge("", deep("f"))
    [finding] = verdict.hard
    assert finding.id == "H1:shop/cart.py:f"
    assert f"a new function may have {UNIT_FLOW:g}" in finding.message
    assert finding.saves
    assert finding.saves > 1
    assert not [found for found in verdict.findings if found.id.startswith("S1:")]


def test_a_unit_below_the_limit_is_not_blocked(judge: Judge) -> None:
    assert ids(judge("", deep("f").replace(" and row.due", "").replace("elif item.late", "if item.late"))) != []
    assert ids(judge("", "def f(a):\n    if a:\n        return 1\n")) == []


def test_growth_of_an_old_unit_is_priced_and_not_blocked(judge: Judge) -> None:
    grown = deep("f").replace("    return None\n", "    if rows:\n        return rows\n    return None\n")
    large = grown.replace("    return None\n", "    if seen:\n        return seen\n    return None\n")
    verdicts = [judge(deep("f"), grown), judge(grown, large)]
    assert [ids(verdict) for verdict in verdicts] == [[], []]
    assert [verdict.signals["S1"] for verdict in verdicts] == [1.0, 1.5]


def test_cutting_out_of_a_large_unit_saves_what_it_had_too_much(judge: Judge) -> None:
    shapes = ("    if rows[{0}]:\n        rows.pop({0})\n", "    if not rows[{0}]:\n        rows.append({0})\n")
    branches = [shapes[number % 2].format(number) for number in range(14)]
    whole = "def f(rows):\n" + "".join(branches)
    cut = "def f(rows):\n" + "".join(branches[:7]) + "    g(rows)\ndef g(rows):\n" + "".join(branches[7:])
    assert judge(whole, cut).signals["S1"] == -2.0
    assert judge(cut, whole).signals["S1"] == 2.0


@pytest.mark.parametrize("head", [{"b.py": deep("f")}, {"a.py": deep("g")}, {"b.py": deep("g").replace("seen", "old")}])
def test_a_moved_or_renamed_unit_is_not_new(judge: Judge, head: dict[str, str]) -> None:
    assert ids(judge({"a.py": deep("f")}, head)) == []


def test_a_unit_cut_out_of_another_is_not_new(judge: Judge) -> None:
    host = deep("f").replace("    return None\n", "    total = sum(rows)\n    log(total)\n    return total\n")
    cut = "def f(rows, seen):\n    g(rows, seen)\n    total = sum(rows)\n    log(total)\n    return total\n" + deep("g")
    assert ids(judge(host, cut)) == []


def test_a_copy_is_new(judge: Judge) -> None:
    assert ids(judge(deep("f"), deep("f") + deep("g"))) == ["H2:shop/cart.py:g", "H1:shop/cart.py:g"]


ROWS = """
def export_csv(rows, path):
    with open(path, "w") as out:
        for row in rows:
            if row.active and not row.hidden:
                out.write(",".join(map(str, row.fields)))
            else:
                log.debug("skipped %s", row.name)
    return path
"""


def test_a_new_function_that_is_another_one_with_a_parameter_blocks(judge: Judge) -> None:
    tabs = ROWS.replace("export_csv", "export_tsv").replace('","', '"\\t"')
    [finding] = judge({"a.py": ROWS}, {"a.py": ROWS, "b.py": tabs}).hard
    assert (finding.id, finding.path, finding.line) == ("H2:b.py:export_tsv", "b.py", 2)
    assert "lines 2-9 equal to a.py:2-9 export_csv (8 logical lines in all)" in finding.message
    assert "text (',' | '\\t')" in finding.message
    assert finding.do == "call export_csv(rows, path, text) in both cases, renamed for both; delete this copy"
    assert [(site.path, site.line) for site in finding.others] == [("a.py", 2)]
    assert finding.saves == pytest.approx(12.9, abs=0.3)


def test_a_third_copy_blocks_and_copies_that_were_there_do_not(judge: Judge) -> None:
    second = ROWS.replace("export_csv", "export_tsv")
    third = ROWS.replace("export_csv", "export_psv")
    both = {"a.py": ROWS, "b.py": second}
    assert ids(judge(both, {**both, "c.py": third})) == ["H2:c.py:export_psv"]
    edited = {path: text.replace("row.hidden", "row.gone(row.name)") for path, text in both.items()}
    assert [ids(judge(both, head)) for head in (edited, {"x/a.py": ROWS, "x/b.py": third})] == [[], []]


def test_twins_for_async_callers_and_overrides_do_not_block(judge: Judge) -> None:
    twin = ROWS.replace("def export_csv", "async def aexport_csv")
    assert ids(judge({"a.py": ROWS}, {"a.py": ROWS, "b.py": twin})) == []
    text = ROWS.replace("(rows", "(self, rows").replace("\n", "\n    ")
    assert ids(judge({"a.py": f"class A:{text}"}, {"a.py": f"class A:{text}", "b.py": f"class B:{text}"})) == []
    assert ids(judge({"a.py": ROWS}, {"a.py": ROWS, "b.py": f"class B:{text}"})) == ["H2:b.py:B.export_csv"]


SWALLOWS = "def f(p):\n    try:\n        return load(p)\n    except Exception:\n        return None\n"


def test_a_new_handler_that_swallows_everything_blocks(judge: Judge) -> None:
    [finding] = judge(SWALLOWS.replace("Exception", "KeyError"), SWALLOWS).hard
    assert (finding.id, finding.line, finding.saves) == ("H3:shop/cart.py:f", 4, 4.0)
    assert "except Exception" in finding.message


@pytest.mark.parametrize(
    "head",
    [
        {"shop/cart.py": SWALLOWS + "\nX = 1\n"},
        {"b.py": SWALLOWS},
        {"shop/cart.py": SWALLOWS.replace("load(p)", "load(p, 3)")},
        {"shop/cart.py": SWALLOWS.replace("return None", "raise")},
        {"shop/cart.py": SWALLOWS.replace("return None", "report(p)\n        raise ValueError(p)")},
    ],
)
def test_an_old_one_does_not(judge: Judge, head: dict[str, str]) -> None:
    assert ids(judge(SWALLOWS, head)) == []


def test_the_second_one_in_a_unit_does(judge: Judge) -> None:
    second = SWALLOWS + "    try:\n        save(p, 2)\n    except BaseException as error:\n        print(error)\n"
    verdict = judge(SWALLOWS, second)
    assert ids(verdict) == ["H3:shop/cart.py:f"]
    assert verdict.hard[0].line == 8
    both = judge("", second)
    assert ids(both) == ["H3:shop/cart.py:f", "H3:shop/cart.py:f#2"]


@pytest.mark.parametrize(
    "code",
    [
        "eval(a)",
        "exec('x = 1')",
        "compile(a, 'b', 'exec')",
        "builtins.eval(a)",
        "types.FunctionType(a, {})",
        "subprocess.run([sys.executable, '-c', a])",
        "subprocess.run(('python3', '-c', 'x'))",
        "subprocess.run([sys.executable, '-I', *flags, '-c', a])",
        "subprocess.run(['env', 'python', '-W', 'error', '-Sc', a])",
        "subprocess.run(shlex.split('python -c x'))",
        "subprocess.run(['sh', '-c', 'python3 -c x'])",
        "subprocess.run(args=f'cd / && {sys.executable} -c {a}', shell=True)",
        "os.execl(sys.executable, 'python', '-c', a)",
        "os.system('python -c x')",
        "os.system('/usr/bin/python3.11 -I -X dev -c ' + a)",
        "[c := a, os.popen(f'python -c {a}')]",
    ],
)
def test_code_in_text_blocks(judge: Judge, code: str) -> None:
    assert ids(judge("", f"def f(a):\n    return {code}\n")) == ["H4:shop/cart.py:f"]


@pytest.mark.parametrize(
    "code",
    [
        "re.compile(a)",
        "ast.literal_eval(a)",
        "frame.eval(a)",
        "f.exec",
        "run(['git', '-c', a])",
        "run(['python', '-m', 'pytest', '-c', a])",
        "run([sys.executable, script, '-c', a])",
        "os.system('python -m pytest -c x')",
        "os.system(a + '-c')",
        "'python -m x'",
        "'python -c x'",
        "Hidden('code', 1, 1, 'python -c')",
        "report('python -c: text is run as code')",
        "a in {'python', '-c'}",
    ],
)
def test_what_only_looks_like_it_does_not(judge: Judge, code: str) -> None:
    assert ids(judge("", f"def f(a):\n    return {code}\n")) == []


def test_a_text_that_is_only_checked_does_not(judge: Judge) -> None:
    assert ids(judge("", "def f(a):\n    compile(a, 'b', 'exec')\n")) == []
    assert ids(judge("", "def f(a):\n    code = compile(a, 'b', 'exec')\n")) == ["H4:shop/cart.py:f"]
    assert ids(judge("", "def f(a):\n    compile(eval(a), 'b', 'exec')\n")) == ["H4:shop/cart.py:f"]


@pytest.mark.parametrize("value", ["'python -c x'", "'/bin/python3 -c ' + a", "f'{sys.executable} -c {a}'"])
def test_a_command_kept_for_later_blocks(judge: Judge, value: str) -> None:
    assert ids(judge("", f"def f(a):\n    line = {value}\n    return os.system(line)\n")) == ["H4:shop/cart.py:f"]
    assert ids(judge("", f"def f(a):\n    line: str = {value}\n    return os.system(line)\n")) == ["H4:shop/cart.py:f"]


@pytest.mark.parametrize("value", ["'python -c'", "'see python -c x'", "'python -m x -c y'", "Hidden('python -c x')"])
def test_a_text_about_a_command_does_not(judge: Judge, value: str) -> None:
    assert ids(judge("", f"def f(a):\n    line = {value}\n    return report(line)\n")) == []


def test_code_in_text_may_move(judge: Judge) -> None:
    code = "def f(a):\n    return eval(a)\n"
    assert ids(judge({"a.py": code}, {"b.py": code.replace("f(", "g(")})) == []
    assert ids(judge({"a.py": code}, {"a.py": code + code.replace("f(", "g(")})) == ["H4:a.py:g"]


def silenced(comment: str) -> tuple[str, str]:
    plain = "def f(a):\n    return g(\n        a,\n    )\n"
    return plain, plain.replace("a,\n", f"a,  {comment}\n")


@pytest.mark.parametrize(
    ("comment", "key"),
    [
        ("# noqa", "noqa"),
        ("# NOQA:F821", "noqa:F821"),
        ("# type: ignore", "type:ignore"),
        ("# pylint: disable=all", "pylint:disable:all"),
        ("# nosec", "nosec"),
        ("# fine  # noqa", "noqa"),
        ("# ruff: noqa", "ruff:noqa"),
        ("# mypy: ignore-errors", "mypy:ignore-errors"),
    ],
)
def test_a_comment_that_silences_a_tool_or_hides_an_error_blocks(judge: Judge, comment: str, key: str) -> None:
    plain, head = silenced(comment)
    [finding] = judge(plain, head).hard
    assert (finding.id, finding.line) == (f"H5:shop/cart.py:f:{key}", 3)
    assert ids(judge(head, head + "\nX = 1\n")) == []
    assert ids(judge({"a.py": head}, {"b.py": head})) == []
    assert ids(judge(head, plain)) == []


@pytest.mark.parametrize(
    ("comment", "points"),
    [
        ("#noqa: E501", 0.5),
        ("# noqa: E501, F401", 1.0),
        ("# type: ignore[arg-type]", 1.0),
        ("# pyright: ignore[reportX]", 1.0),
        ("# pylint: disable=no-member", 0.5),
        ("# pragma: no cover", 0.5),
        ("# nosec: B603", 0.5),
    ],
)
def test_one_named_complaint_has_a_price_instead(judge: Judge, comment: str, points: float) -> None:
    plain, head = silenced(comment)
    verdict = judge(plain, head)
    assert (ids(verdict), verdict.delta) == ([], points)
    [finding] = [found for found in verdict.findings if found.signal == "S18"]
    assert (finding.line, finding.saves) == (3, points)
    assert judge(head, plain).delta == -points
    assert judge({"a.py": head}, {"b.py": head}).delta == 0


@pytest.mark.parametrize(
    "text",
    [
        "X = '# noqa'\n",
        'X = """\n# type: ignore\n"""\n',
        "X = f'{1} # noqa'\n",
        "X = 1  # a note about quality\n",
        "# see type: ignored things\nX = 1\n",
        "X = 1  # this happens for noqa comments\n",
        '# comments (e.g. "# noqa") stay on their line\nX = 1\n',
        "X = 1  # that is wider, so we add `# type: ignore` there\n",
        'def f():\n    """Use # noqa\n    # type: ignore\n    """\n',
    ],
)
def test_a_string_or_a_note_is_no_suppression(judge: Judge, text: str) -> None:
    assert ids(judge("", text)) == []


def test_a_suppression_may_be_narrowed_and_not_widened(judge: Judge) -> None:
    wide, narrow = "X = 1  # noqa\n", "X = 1  # noqa: E501\n"
    assert ids(judge(wide, narrow)) == []
    assert ids(judge(narrow, wide)) == ["H5:shop/cart.py:<module>:noqa"]
    assert ids(judge(wide, "X = 1  # noqa: F821\n")) == []
    assert ids(judge(narrow, "X = 1  # noqa: E501, F821\n")) == ["H5:shop/cart.py:<module>:noqa:F821"]
    assert ids(judge(wide, "X = 1  # type: ignore\n")) == ["H5:shop/cart.py:<module>:type:ignore"]


def test_the_new_one_of_two_is_told_where_it_is(judge: Judge) -> None:
    units = [f"def {name}(a):\n    return a{comment}\n" for name in "fgh" for comment in ("", "  # noqa")]
    base, head = units[0] + units[2] + units[5], units[0] + units[3] + units[5]
    assert ids(judge(base, head)) == ["H5:shop/cart.py:g:noqa"]
    moved = units[1] + units[2] + units[4]
    assert ids(judge(base, moved)) == []


def test_after_else_and_decorators_too(judge: Judge) -> None:
    plain = '@d\ndef f(a):\n    if a:\n        g("""x""")\n    else:\n        h()\n'
    head = plain.replace("@d\n", "@d  # noqa: F821\n").replace("else:\n", "else:  # noqa: E999\n")
    assert sorted(ids(judge(plain, head))) == ["H5:shop/cart.py:f:noqa:E999", "H5:shop/cart.py:f:noqa:F821"]


TYPED = "def f(a: int, b: dict[str, int]) -> str:\n    return g(a, b)\n"


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [("a: int", "a: Any", "a"), ("-> str", "-> typing.Any", "return"), ("b: dict[str, int]", "b: 'Any'", "b")],
)
def test_an_annotation_that_gives_up_is_a_hint_and_costs_nothing(judge: Judge, old: str, new: str, name: str) -> None:
    verdict = judge(TYPED, TYPED.replace(old, new))
    [finding] = verdict.findings
    assert (finding.id, finding.hard, finding.points) == (f"S18:shop/cart.py:f:Any {name}", False, 0.0)
    assert (verdict.delta, verdict.within) == (0.0, True)
    renamed = TYPED.replace(old, new).replace("f(", "h(")
    assert [found.unit for found in judge(TYPED, renamed).findings] == ["h"]


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (TYPED.replace("a: int", "a"), TYPED.replace("a: int", "a: Any")),
        (TYPED, TYPED.replace("dict[str, int]", "dict[str, Any]")),
        (TYPED.replace("a: int", "a: Any"), TYPED),
        ("", TYPED.replace("a: int", "a: Any")),
    ],
)
def test_other_annotations_say_nothing(judge: Judge, base: str, head: str) -> None:
    assert [finding for finding in judge(base, head).findings if finding.signal == "S18"] == []


def test_a_cast_for_the_type_checker_has_a_price(judge: Judge) -> None:
    plain = "def f(a):\n    return g(a)\n"
    for cast in ("cast(int, a)", "typing.cast('int', a)"):
        assert judge(plain, plain.replace("a)\n", f"{cast})\n")).signals["S18"] == 0.5
    assert judge(plain, plain.replace("a)\n", "a.cast(int))\n")).signals["S18"] == 0.0
