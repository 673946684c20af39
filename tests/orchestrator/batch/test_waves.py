"""Waves: nobody climbs alone, the next wave begins when the present one has nothing left."""

from pareback.orchestrator.batch.waves import Waves, share_one_server

LOCAL = "http://127.0.0.1:1/v1"


def climbed(waves: Waves, key: str, rung: int) -> tuple[Waves, bool]:
    after = waves.climb(key, rung)
    return after, key not in after.parked


def test_tickets_go_up_together() -> None:
    waves = Waves(on=True)
    for key in "ab":
        assert waves.admits(key, ()) == 0
        waves = waves.started(key, 0)
    for key in "ab":
        waves, went = climbed(waves, key, 1)
        assert not went
        waves = waves.ended(key, again=True)
    assert waves.admits("a", ("c",)) is None  # c is still down there
    assert waves.admits("a", ()) == 1
    waves = waves.started("a", 1)
    assert waves.admits("b", ("a",)) == 1
    assert climbed(waves, "a", 1)[1]


def test_one_that_crashed_goes_on_in_its_own_wave_before_the_next_begins() -> None:
    waves = Waves(on=True).started("a", 0).started("b", 0).climb("a", 1)
    waves = waves.ended("a", again=True).ended("b", again=True)
    assert waves.levels == {"a": 1, "b": 0}
    assert (waves.admits("a", ()), waves.admits("b", ())) == (None, 0)


def test_one_that_ended_is_forgotten() -> None:
    waves = Waves(on=True).started("a", 0).climb("a", 1).ended("a", again=False)
    assert (waves.levels, waves.parked) == ({}, {})


def test_without_waves_everybody_climbs() -> None:
    waves = Waves().started("a", 0)
    assert climbed(waves, "a", 3)[1]
    assert Waves(levels={"a": 2}).admits("a", ("b",)) == 0


def test_waves_are_for_models_that_share_a_server_on_this_machine() -> None:
    assert share_one_server([(LOCAL, "small", True), (LOCAL, "large", True)])
    assert not share_one_server([(LOCAL, "small", True), ("http://127.0.0.1:2/v1", "large", True)])
    assert not share_one_server([("https://api.example.org", "s", False), ("https://api.example.org", "l", False)])
    assert not share_one_server([(LOCAL, "small", True), (LOCAL, "small", True)])
