"""The gate alone, for any machine that has Python 3.11 and git: nothing to install, no third-party package.

`light/pareback-gate` runs it from a checkout (that is what the pre-commit hook calls); `make gate` packs it with the
room `gates/` into one file, `dist/pareback-gate.pyz`. It prices like `pareback check`, shares its cache, and knows no
models, no runs and no figures of radon.
"""
