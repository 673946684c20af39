"""Patches as text: written and read by git itself, against trees of the shadow, never against a folder.

The shadow has no work tree, so no `.gitattributes` of the target can declare a source file binary, name a diff driver
or change a line end on the way.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from pareback.workspaces.git import Git, GitFailed

_FORM = ("--binary", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--unified=3")


def text(shadow: Git, base: str, head: str) -> bytes:
    """A unified diff that `git apply` takes, binary files included; the same bytes for the same trees."""
    trees = ("--end-of-options", base, head, "--")
    return shadow.run("diff-tree", "-r", "-p", *_FORM, "--src-prefix=a/", "--dst-prefix=b/", *trees)


def applied(shadow: Git, tree: str, patch: bytes) -> str:
    """The id of the tree with the patch in it: every hunk where its context stands, or ValueError naming the first
    that has no place."""
    with TemporaryDirectory(prefix="index-", dir=shadow.folder / "tmp") as folder:
        git = Git(shadow.folder, index=Path(folder) / "index")
        git.run("read-tree", "--end-of-options", tree)
        try:
            git.run("apply", "--cached", "--whitespace=nowarn", "-", stdin=patch.removesuffix(b"\n") + b"\n")
        except GitFailed as failure:
            raise ValueError(f"the patch does not apply: {failure.said}") from failure
        return git.run("write-tree").decode().strip()
