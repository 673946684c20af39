"""Aider's repository map of a tree: run with the interpreter that has aider, which is no dependency of ours.

    PYTHON benchmarks/repo_map.py TREE TOKENS < JSON

JSON has `chat`, the files of the conversation, and `text`, the ticket. Prints JSON: `ranked`, the files in the order of
their first ranked tag; `shown`, those that the map of so many tokens holds; `map`, its text.
"""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    root, tokens, asked = Path(sys.argv[1]), int(sys.argv[2]), json.load(sys.stdin)
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True)
    chat = [str(root / path) for path in asked["chat"]]
    others = [path for each in listed.stdout.splitlines() if (path := str(root / each)) not in chat]
    words = set(re.split(r"\W+", asked["text"]))  # as aider's coder takes identifiers from a message
    named = {path for path in listed.stdout.splitlines() if Path(path).name in asked["text"]}
    told = import_module("aider.io").InputOutput(pretty=False, yes=True)
    model = import_module("aider.models").Model("gpt-4o")
    repo = import_module("aider.repomap").RepoMap(tokens, str(root), model, told, map_mul_no_files=1)
    tags = repo.get_ranked_tags(chat, others, named, words)
    text = repo.get_ranked_tags_map(chat, others, tokens, named, words) or ""
    ranked = list(dict.fromkeys(tag[0] for tag in tags))
    lines = {line.rstrip(":") for line in text.splitlines()}
    json.dump({"ranked": ranked, "shown": [path for path in ranked if path in lines], "map": text}, sys.stdout)


if __name__ == "__main__":
    main()
