"""Asking for a region's new text and nothing else: what goes to an edit, an infill or a canvas, what comes back.

The shapes are those the providers document (Inception's next-edit and fill-in-the-middle endpoints; vLLM's structured
diffusion, which holds canvas positions at their seed). Pure: values in, values out. Whatever a server answers, the
lines around the region are not taken from it.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pareback.adapters import profiles
from pareback.adapters.answer import Answer, body
from pareback.adapters.model import ContextTooLong, ModelUnavailable, Profile, Region, Request, Source

_BYTES = 2  # of one token, at the least: what is shown around a region must fit the window
_LINES = (2, 12)  # the most lines above and below that a canvas pins
_SPARE = 16  # positions a region may grow by at least
_TAGS = ("<|code_to_edit|>", "<|/code_to_edit|>", "<|cursor|>")

Cut = Callable[[Answer], Answer]
"""Makes the region's new text of what was answered."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A seeded canvas: its token ids, which positions are pinned, and the texts that these hold at both ends."""

    ids: tuple[int, ...]
    pinned: tuple[int, ...]
    head: str
    tail: str


def ask(
    model: str, profile: Profile, request: Request, region: Region, *, pinned: Canvas | None
) -> tuple[str, Mapping[str, object], Cut]:
    """The endpoint's path, the JSON of the call, and how its answer becomes the region's new text."""
    own = profiles.find(profile.refill_model) if profile.refill_model else profile
    shown = _within(region, (own.context_tokens - own.reply_tokens) * _BYTES)
    if pinned is not None:
        fields = body(model, replace(own, streaming=False), _asked(request, shown))
        xargs = {"diffusion_seed_canvas": list(pinned.ids), "diffusion_pinned": list(pinned.pinned)}
        return "/chat/completions", {**fields, "max_tokens": len(pinned.ids), "vllm_xargs": xargs}, _from_canvas(pinned)
    limits = {"max_tokens": min(request.max_tokens, own.reply_tokens), "temperature": own.temperature}
    if profile.refill == "infill":
        prompt = {"prompt": shown.above + _told(region), "suffix": shown.below}
        return "/fim/completions", {"model": model, **prompt, **limits}, _from_lines(region)
    messages = [{"role": "user", "content": _next_edit(shown)}]
    return "/edit/completions", {"model": model, "messages": messages, **limits}, _from_lines(region)


def windows(region: Region) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines next to the region that a canvas may pin: above in their order, below in theirs."""
    above, below = _LINES
    return tuple(region.above.splitlines(keepends=True)[-above:]), tuple(region.below.splitlines(keepends=True)[:below])


def canvas(region: Region, ids: Mapping[str, tuple[int, ...]], length: int, *, seed: int) -> Canvas:
    """The lines around the region pinned, noise between them. `ids` has the tokens of each line and of the region.

    Lines below are pinned until the free positions are few enough for a region that grows by half. The noise is drawn
    from the tokens of the file, since those exist in every vocabulary. Raises ContextTooLong where the region does not
    fit between its neighbours.
    """
    above, below = windows(region)
    head = [token for line in above for token in ids[line]]
    least = len(ids[region.inside]) + _SPARE
    wanted = max(least, len(ids[region.inside]) * 3 // 2)
    tail, held = list[int](), list[str]()
    for line in below:
        if length - len(head) - len(tail) - len(ids[line]) < wanted:
            break
        tail, held = tail + list(ids[line]), [*held, line]
    free = length - len(head) - len(tail)
    if free < least:
        said = f"the region of {region.path!r} needs {least + len(head)} positions of a canvas of {length}"
        raise ContextTooLong(said)
    words = sorted({token for each in ids.values() for token in each})
    noise = random.Random(seed).choices(words, k=free)  # noqa: S311  where a denoiser starts from is no secret
    pinned = (*range(len(head)), *range(len(head) + free, length))
    return Canvas((*head, *noise, *tail), pinned, "".join(above), "".join(held))


def _within(region: Region, size: int) -> Region:
    """The region with as many whole lines around it as fit `size` bytes, half of the room on each side."""
    room = max(0, size - len((region.inside + region.wish).encode("utf-8", "replace"))) // 2
    above = _fitting(region.above.splitlines(keepends=True)[::-1], room)
    below = _fitting(region.below.splitlines(keepends=True), room)
    return replace(region, above="".join(above[::-1]), below="".join(below))


def _fitting(lines: list[str], room: int) -> list[str]:
    for count, line in enumerate(lines):
        room -= len(line.encode("utf-8", "replace"))
        if room < 0:
            return lines[:count]
    return lines


def _told(region: Region) -> str:
    """The wish and what stands there now, as comments above the gap: an infill sees nothing else."""
    first = next((line for line in region.inside.splitlines() if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    lines = (*region.wish.splitlines(), "before:", *region.inside.splitlines())
    return "".join(f"{indent}# {line}\n" for line in lines)


def _next_edit(region: Region) -> str:
    """The wish stands where the endpoint expects what was edited last: it goes on from there."""
    wish = "\n".join(f"# {line}" for line in region.wish.splitlines())
    return (
        "<|recently_viewed_code_snippets|>\n\n<|/recently_viewed_code_snippets|>\n\n"
        f"<|current_file_content|>\ncurrent_file_path: {region.path}\n{region.above}"
        f"<|code_to_edit|>\n<|cursor|>{region.inside}<|/code_to_edit|>\n{region.below}<|/current_file_content|>\n\n"
        f"<|edit_diff_history|>\n{wish}\n<|/edit_diff_history|>"
    )


def _asked(request: Request, region: Region) -> Request:
    """The question for a canvas: it shows the region in its file, and wants the lines from the pinned ones on."""
    marked = f"{region.above}>>> from here\n{region.inside}<<< to here\n{region.below}"
    rules = (
        "Write the marked lines of the file anew as you are asked, with the lines around them as they are. No words."
    )
    return replace(
        request,
        rules=rules,
        ticket=region.wish,
        files=(Source(region.path, marked),),
        tests=(),
        failures=(),
        findings=(),
        refused=(),
        tried=(),
    )


def _from_lines(region: Region) -> Cut:
    return lambda answer: replace(answer, text=_whole_lines(_bare(answer.text), like=region.inside))


def _from_canvas(pinned: Canvas) -> Cut:
    return lambda answer: answer if answer.finish == "filtered" else _between(answer, pinned)


def _between(answer: Answer, pinned: Canvas) -> Answer:
    """Raises ModelUnavailable where the pinned text is not what was pinned: this server does not hold it."""
    text, head, tail = answer.text, pinned.head, pinned.tail
    if not (text.startswith(head) and text[len(head) :].endswith(tail)):
        said = "the canvas lost its pinned lines: the server does not pin; take refill out of the model's profile"
        raise ModelUnavailable(said, billed=True)
    inside = text[len(head) : len(text) - len(tail)].rstrip()
    return replace(answer, text=_whole_lines(inside, like="\n"), finish="stop")


def _bare(text: str) -> str:
    """Without the tags and the fence that a chat-trained model puts around code."""
    for tag in _TAGS:
        text = text.replace(f"{tag}\n", "").replace(tag, "")
    lines = text.strip("\n").splitlines(keepends=True)
    fenced = len(lines) > 1 and lines[0].startswith("```") and lines[-1].strip() == "```"
    return "".join(lines[1:-1]) if fenced else text


def _whole_lines(text: str, *, like: str) -> str:
    """Ended by a line feed where the region was, since the next line follows."""
    return text if not text or text.endswith("\n") or not like.endswith("\n") else f"{text}\n"
