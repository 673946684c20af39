"""The direct client against a real server: every way in which one call can end."""

import gc
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from pareback.adapters.model import (
    ContextTooLong,
    ModelRefused,
    ModelUnavailable,
    Prices,
    Profile,
    Reply,
    Request,
    Usage,
)
from pareback.adapters.models.openai_chat import build


def ask(url: str, request: Request, **options: Any) -> tuple[str, Reply]:
    """The pieces put together, and the reply."""
    *pieces, reply = build(model="toy", base_url=url, **options).complete(request)
    assert isinstance(reply, Reply)
    return "".join(str(piece) for piece in pieces), reply


def test_a_streamed_reply_arrives_in_pieces_and_whole(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("0123456789" * 5, chunk=10)])
    *pieces, reply = build(model="toy", base_url=server.url).complete(request_)
    assert pieces == ["0123456789"] * 5
    assert (reply.text, reply.finish, reply.usage) == ("0123456789" * 5, "stop", Usage(100, 20, None))
    assert reply.cost_usd is None
    assert 0 < reply.seconds < 5
