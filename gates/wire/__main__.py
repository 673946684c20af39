"""`python -m pareback.gates.wire`: the Python front end as an extractor, on standard input and output.

It is there to show that nothing is lost on the way: what it says comes to the same numbers as without a pipe.
"""

import sys
from collections.abc import Iterable
from typing import TextIO

from pareback.gates.languages.python import build, transcribe
from pareback.gates.wire.lines import PROTOCOL, Answer, Hello, line, requested


def speak(asked: Iterable[str], out: TextIO) -> None:
    """Answer every request with what the file says. Raises ValueError for a line that is none."""
    front = build()
    print(line(Hello(PROTOCOL, front.name, front.version, front.grammar, front.suffixes)), file=out, flush=True)
    for said in asked:
        request, source = requested(said)
        print(line(Answer(request.blob, transcribe(source))), file=out, flush=True)


if __name__ == "__main__":
    speak(sys.stdin, sys.stdout)
