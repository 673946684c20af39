"""Which sandbox a run gets: the level that was asked for, or the best there is, tried before anything runs in it."""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pareback.orchestrator import parts
from pareback.workspaces.sandbox import LEVELS, Lack, Level, Sandbox

BEST = "best"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PROGRAM = Path("/usr/bin/bwrap")


class NoSandbox(Exception):
    """The level that was asked for is not offered here: exit 78."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a try has shown of one level."""

    name: str
    level: Level
    lack: Lack | None
    keeps_apart: bool

    def build(self, **options: Any) -> Sandbox:
        """The part, with those of the options that it takes."""
        return _built(self.name, {**options, "separable": self.keeps_apart})


def choose(wanted: str, *, cache: Path, required: Level | None = None) -> Offer:
    """The offer of the level wanted, or of the best one. `required` is the least that will do. Raises NoSandbox with
    why and what to do; nothing below what was asked for is ever taken instead."""
    if sys.platform == "win32":
        raise NoSandbox("Windows offers no sandbox that holds; run pareback in WSL2")
    if wanted != BEST and wanted not in parts.names("sandboxes") and "." not in wanted:
        raise NoSandbox(f"there is no sandbox {wanted!r}; there is: {BEST}, {', '.join(parts.names('sandboxes'))}")
    found = [tried(name, cache) for name in (_names() if wanted == BEST else [wanted])]
    usable = [offer for offer in found if offer.lack is None and _reaches(offer.level, required)]
    if not usable:
        named = required if wanted == BEST and required else wanted
        raise NoSandbox(f"sandbox {named!r} is not offered here: {_reasons(found) or f'{wanted!r} is less'}")
    return usable[0]


def offers(cache: Path) -> list[Offer]:
    """Every level, best first."""
    return [tried(name, cache) for name in _names()]


def shortfall(offer: Offer, *, cache: Path) -> str:
    """Why the best level is not a better one, and what to do; empty where it is."""
    better = LEVELS[: LEVELS.index(offer.level)]
    return _reasons([tried(name, cache) for name in better if name in _names()])


def tried(name: str, cache: Path) -> Offer:
    """What a try of the level shows. One that went well is remembered until the machine starts anew or the program
    changes; one that did not is made again each time, for somebody may have mended it."""
    sandbox = _built(name, {})
    if sandbox.level == "none":
        return Offer(name, sandbox.level, None, keeps_apart=True)
    known = cache / "sandboxes" / _key(name)
    if known.exists():
        return Offer(name, sandbox.level, None, keeps_apart=bool(json.loads(known.read_text())))
    lack = sandbox.lack()
    offer = Offer(name, sandbox.level, lack, keeps_apart=lack is None and sandbox.keeps_apart())
    if lack is None:
        known.parent.mkdir(parents=True, exist_ok=True)
        known.write_text(json.dumps(offer.keeps_apart))
    return offer


def _built(name: str, options: Mapping[str, Any]) -> Sandbox:
    taken = {option.name for option in parts.describe("sandboxes", name).options}
    sandbox: Sandbox = parts.build("sandboxes", name, {key: value for key, value in options.items() if key in taken})
    return sandbox


def _names() -> list[str]:
    there = parts.names("sandboxes")
    return [name for name in LEVELS if name in there]


def _reaches(level: Level, required: Level | None) -> bool:
    return required is None or LEVELS.index(level) <= LEVELS.index(required)


def _reasons(found: list[Offer]) -> str:
    return "; ".join(f"{offer.name}: {offer.lack.why}. {offer.lack.mend}" for offer in found if offer.lack is not None)


def _key(name: str) -> str:
    """What a try depends on: this start of the machine, the program, the user, this version of the part."""
    changed = _PROGRAM.stat().st_mtime_ns if _PROGRAM.exists() else 0
    boot = _BOOT.read_text().strip() if _BOOT.exists() else str(os.getppid())
    return hashlib.sha256(f"{name} {boot} {changed} {os.geteuid()} {os.uname().release}".encode()).hexdigest()[:32]
