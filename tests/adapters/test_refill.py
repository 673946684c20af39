"""A region's new text over the wire of each endpoint that has one, and what comes back where it goes wrong."""

from typing import Any

import pytest

from pareback.adapters.imitation.said import Say
from pareback.adapters.model import ContextTooLong, ModelUnavailable, Profile, Region, Reply, Request, Usage
from pareback.adapters.models import litellm_chat, openai_chat

REGION = Region(
    "a.py", "import b\n\n\ndef f(x):\n", "    if x:\n        return 1\n    return 2\n", "\n\nZ = 1\n", "be short"
)
NEW = "    return 1 if x else 2\n"
WAYS = {
    "edit": Profile(refill="edit", refill_model="mercury-edit-2"),
    "infill": Profile(refill="infill", refill_model="mercury-edit-2"),
    "canvas": Profile(refill="canvas", canvas_tokens=96),
}


def refilled(server: Any, profile: Profile, region: Region = REGION) -> Reply:
    model = openai_chat.build(model="toy", base_url=server.url, profile=profile)
    *_, reply = model.complete(Request(rules="", ticket="", files=(), region=region))
    assert isinstance(reply, Reply)
    return reply


@pytest.mark.parametrize("way", WAYS)
def test_the_reply_is_the_regions_new_text_and_nothing_else(endpoint: Any, way: str) -> None:
    reply = refilled(endpoint([Say(NEW, usage="counted")], canvas=96), WAYS[way])
    assert (reply.text, reply.finish) == (NEW, "stop")
    assert (reply.cost_usd is not None) == (way != "canvas")  # by the prices of the model that refills


@pytest.mark.parametrize(
    "said", [f"```python\n{NEW}```\n", NEW.rstrip("\n"), f"<|code_to_edit|>\n{NEW}<|/code_to_edit|>"]
)
def test_what_chat_puts_around_code_is_taken_off(endpoint: Any, said: str) -> None:
    assert refilled(endpoint([said]), WAYS["edit"]).text == NEW


def test_each_endpoint_is_told_the_region_and_the_wish(endpoint: Any) -> None:
    server = endpoint([NEW, NEW])
    refilled(server, WAYS["edit"])
    refilled(server, WAYS["infill"])
    edit, infill = (call.body for call in server.calls)
    assert [call.path for call in server.calls] == ["/v1/edit/completions", "/v1/fim/completions"]
    assert (edit["model"], infill["model"]) == ("mercury-edit-2", "mercury-edit-2")
    told = edit["messages"][0]["content"]
    assert f"<|code_to_edit|>\n<|cursor|>{REGION.inside}<|/code_to_edit|>\n{REGION.below}" in told
    assert "# be short" in told
    assert infill["prompt"].startswith(f"{REGION.above}    # be short\n    # before:\n")
    assert infill["suffix"] == REGION.below


def test_a_canvas_that_does_not_hold_is_no_reply(endpoint: Any) -> None:
    with pytest.raises(ModelUnavailable, match="does not pin"):
        refilled(endpoint(["something else"]), WAYS["canvas"])


def test_a_region_larger_than_the_canvas_is_too_long(endpoint: Any) -> None:
    with pytest.raises(ContextTooLong, match=r"'a\.py' needs .* of a canvas of 8"):
        refilled(endpoint([], canvas=8), Profile(refill="canvas", canvas_tokens=8))


def test_a_model_without_the_capability_is_asked_in_chat(endpoint: Any) -> None:
    server = endpoint([Say("x", usage=None)])
    reply = refilled(server, Profile())
    assert (reply.text, reply.usage, server.calls[0].path) == ("x", Usage(), "/v1/chat/completions")
    assert litellm_chat.build(model="openai/toy", base_url=server.url, profile=WAYS["edit"]).profile.refill == ""
