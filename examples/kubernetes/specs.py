"""Write a file of tickets as what an Indexed Job takes: `python specs.py tickets.jsonl WORK`.

WORK/specs/<index>.json is a spec for `pareback run --spec`, WORK/bundles/<commit>.bundle the repository it works on,
made once per base. Settings of the runs come from flags after the two words: `--flags '{"budget": "fix"}'`.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from pareback.adapters.engine import Work
from pareback.orchestrator import parts
from pareback.orchestrator.freight import Bundles


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tickets", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--flags", type=json.loads, default={})
    given = parser.parse_args()
    freight = Bundles(given.work / "bundles")
    for name in ("specs", "results"):
        (given.work / name).mkdir(parents=True, exist_ok=True)
    count = 0
    for count, ticket in enumerate(parts.build("tickets", "jsonl", {"path": str(given.tickets)}).tickets(), start=1):
        record = {name: value for name, value in asdict(ticket).items() if value}
        load = freight.pack(Work(ticket.id, {"ticket": record, "flags": given.flags}, ""))
        bundle = {} if load.bundle is None else {"bundle": f"../bundles/{load.bundle.name}"}
        (given.work / "specs" / f"{count - 1}.json").write_text(json.dumps({**load.spec, **bundle}))
    print(f"{count} specs: set `completions` to {count}")


if __name__ == "__main__":
    main()
