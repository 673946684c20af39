"""`pareback doctor`: what this machine offers, and how to mend what is missing."""

import json as jsons
import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from pareback.orchestrator import confined, home, ladder, parts
from pareback.orchestrator.config import ConfigError, environment_layer, resolve, user_layer
from pareback.orchestrator.furnishing import planned
from pareback.workspaces import interpreter
from pareback.workspaces.provision import services
from pareback.workspaces.repository import NotARepository, open_repository
from pareback.workspaces.sandbox import Lack
from pareback.workspaces.tidying.proposed import proposed

OLD_GIT = (2, 50, 1)
"""Git before this needs a distribution's backports of the fixes of May 2024 and July 2025."""

LITTLE = 2 << 30
"""Bytes of free disk below which a run may not find room for its copies."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` is empty where all is well; `more` is what else is to be said, line by line."""

    what: str
    found: str
    mend: str = ""
    more: tuple[str, ...] = ()


def do(*, repo: Path, json: bool) -> int:
    """Look, and say; 0 whatever is found, since a missing thing may not be needed."""
    offers = confined.offers(home.find(os.environ).cache)
    top = next((above for above in (repo.absolute(), *repo.absolute().parents) if (above / ".git").exists()), repo)
    own = [_interpreter(repo, offers), _setup(top, offers), *_services(top), *_tidying(top)]
    findings = [_python(), _git(), _sandbox(offers), *own, _runners(), _settings(), _cache()]
    if json:
        print(jsons.dumps([asdict(finding) for finding in findings], indent=2))
        return 0
    for finding in findings:
        print(f"{'-' if finding.mend else 'ok':<3} {finding.what:<12} {finding.found}")
        for line in (*finding.mend.splitlines(), *finding.more):
            print(f"{'':<16} {line}")
    return 0


def _python() -> Finding:
    return Finding("pareback", f"{version('pareback')} on Python {platform.python_version()}, {platform.system()}")


def _git() -> Finding:
    try:
        text = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return Finding("git", "not found", "install git; every run works on a private copy of the repository")
    digits = text.split()[2].split(".")[:3]
    number = tuple(int(part) for part in digits if part.isdigit())
    old = "see that your distribution has backported the security fixes of 2024 and 2025" if number < OLD_GIT else ""
    return Finding("git", text, old)


def _sandbox(offers: list[confined.Offer]) -> Finding:
    """The level that runs get, and why it is no better one."""
    best = next(offer for offer in offers if offer.lack is None)
    lacks = [_lacking(offer.name, offer.lack) for offer in offers[: offers.index(best)] if offer.lack is not None]
    apart = "" if best.keeps_apart else "; one interpreter per run, as forked ones cannot be kept apart here"
    unheld = ["tests run unconfined: use it on repositories you trust"] if best.level == "none" else []
    return Finding("sandbox", f"{best.level}{apart}", "\n".join([*lacks, *unheld]))


def _lacking(name: str, lack: Lack) -> str:
    return f"no {name}: {lack.why}. {lack.mend}"


def _runners() -> Finding:
    return Finding("runners", ", ".join(parts.names("runners")))


def _interpreter(repo: Path, offers: list[confined.Offer]) -> Finding:
    """The one that a run here would take, asked in the sandbox that the run would have."""
    wrap = next(offer for offer in offers if offer.lack is None).build().wrap
    try:
        shadow = home.find(os.environ).cache / "doctor"
        with open_repository(repo.absolute(), shadow=shadow) as repository:
            tracked = repository.files(repository.head) if repository.head else {}
            found = interpreter.discover(repository.root, explicit=None, environ=os.environ, tracked=tracked, wrap=wrap)
    except NotARepository as error:
        return Finding("interpreter", "not looked for", str(error))
    if found is None:
        return Finding("interpreter", "none that imports pytest", interpreter.WAYS_ON)
    return Finding("interpreter", f"{found.path} ({found.version}, {found.how})")


def _setup(tree: Path, offers: list[confined.Offer]) -> Finding:
    """What `setup = "auto"` would do here; nothing is installed."""
    wrap = next(offer for offer in offers if offer.lack is None).build().wrap
    try:
        first, *rest = planned(tree, None, environ=os.environ, wrap=wrap).lines()
    except ValueError as error:
        return Finding("setup auto", "cannot be done here", str(error))
    return Finding("setup auto", first, more=tuple(f"installs {line}" for line in rest))


def _services(tree: Path) -> list[Finding]:
    """What tests seem to need beside packages; a sandbox has no network, so they have to start it themselves."""
    found = services.named(tree)
    names = ", ".join(service.name for service in found)
    mend = "tests that need one that does not answer are left out; a sandbox has no network"
    return [Finding("services", f"tests mention {names}", mend, tuple(each.sign for each in found))] if found else []


def _tidying(tree: Path) -> list[Finding]:
    """What the repository's own configuration says about formatting and linting; it is never used unasked."""
    found = [f'{setting} = "{command}"' for setting, command in proposed(tree).items()]
    return [Finding("tidying", "configured here; to have patches follow it, set", more=tuple(found))] if found else []


def _settings() -> Finding:
    try:
        settings = resolve((user_layer(home.config_file(os.environ)), environment_layer(os.environ))).settings
    except ConfigError as error:
        return Finding("models", "the settings cannot be read", str(error))
    found = ladder.reachable(settings, os.environ)
    if settings.model or found:
        return Finding("models", ", ".join((*settings.model, *found)))
    return Finding("models", "embedded only", "set a key (such as OPENAI_API_KEY), or --base-url for a local endpoint")


def _cache() -> Finding:
    place = home.find(os.environ)
    free = shutil.disk_usage(next(above for above in (place.cache, *place.cache.parents) if above.exists())).free
    full = "little space is left: `pareback cache clear`, or set PAREBACK_HOME" if free < LITTLE else ""
    return Finding("folders", f"runs {place.runs}, cache {place.cache} ({free >> 30} GiB free)", full)
