"""A run whose model writes one region anew over its own endpoint, and nothing else of the file."""

from collections.abc import Mapping
from typing import Any

import pytest

from pareback.adapters.imitation.said import Item, Say

PROFILES = {
    "edit": "{ refill = 'edit', refill_model = 'mercury-edit-2' }",
    "infill": "{ refill = 'infill', refill_model = 'mercury-edit-2' }",
    "canvas": "{ refill = 'canvas', canvas_tokens = 256 }",
}
NEW = "    return 0 if total >= 5000 else 490\n"


@pytest.mark.parametrize("way", PROFILES)
def test_one_region_is_mended_and_the_rest_of_the_file_stays(shop: Any, endpoint: Any, way: str) -> None:
    def answer(body: Mapping[str, Any]) -> Item:
        asked = "vllm_xargs" in body or body["model"] == "mercury-edit-2"
        return Say(NEW, usage="counted") if asked else "no edit here"

    server = endpoint(answer, canvas=256)
    before = (shop.root / "shop/cart.py").read_text(encoding="utf-8")
    shop.home.mkdir(parents=True, exist_ok=True)
    (shop.home / "config.toml").write_text(
        f"[models.fast]\nmodel = 'toy'\nbase_url = '{server.url}'\nprofile = {PROFILES[way]}\n", encoding="utf-8"
    )
    said = shop.run("Shipping is free from 50.00 on", "--model", "fast", "--apply", "--yes")
    assert (said.exit, said.result["ending"]) == (0, "accepted"), said.result
    after = (shop.root / "shop/cart.py").read_text(encoding="utf-8")
    head, _, tail = before.partition("def shipping")
    body, _, rest = tail.partition("\n\n\n")
    assert after == f"{head}def shipping{body.splitlines()[0]}\n{NEW}\n\n{rest}"
    path = {"edit": "/v1/edit/completions", "infill": "/v1/fim/completions", "canvas": "/v1/chat/completions"}[way]
    assert path in {call.path for call in server.calls}
    assert any("vllm_xargs" in call.body for call in server.calls) == (way == "canvas")
