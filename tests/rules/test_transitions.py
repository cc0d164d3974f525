"""The three ways a machine says no: a replay, too early, impossible."""

import pytest

from marketplace.errors import Conflict, NotAllowed
from marketplace.transitions import AlreadyThere, Impossible, Machine, MoveNotAllowed, Status


class Parcel(Status):
    """A thing with a beginning, a middle and two ends."""

    PACKED = "packed", "Packed"
    SENT = "sent", "On its way"
    ARRIVED = "arrived", "Arrived"
    LOST = "lost", "Lost"


PARCEL = Machine(
    "lost_parcel",
    Parcel,
    Parcel.PACKED,
    {
        "send": ([Parcel.PACKED], Parcel.SENT, "The van came."),
        "arrive": ([Parcel.SENT], Parcel.ARRIVED, "Somebody opened the door."),
        "lose": ([Parcel.PACKED, Parcel.SENT], Parcel.LOST, "Nobody knows where it is."),
    },
)


def test_a_status_is_a_word_with_a_label() -> None:
    assert Parcel("sent") is Parcel.SENT
    assert (Parcel.SENT.value, Parcel.SENT.label, f"{Parcel.SENT}") == ("sent", "On its way", "sent")


def test_a_verb_leads_on() -> None:
    assert PARCEL.step("packed", "send") == "sent"
    assert PARCEL.can("packed", "send")
    assert not PARCEL.can("sent", "send")


@pytest.mark.parametrize(("status", "verb"), [("sent", "send"), ("arrived", "send"), ("arrived", "arrive")])
def test_a_replay_is_already_there(status: str, verb: str) -> None:
    with pytest.raises(AlreadyThere, match="This lost parcel is already") as refused:
        PARCEL.step(status, verb)
    assert isinstance(refused.value, Conflict)


def test_too_early_is_not_allowed_yet() -> None:
    with pytest.raises(MoveNotAllowed, match="comes too early") as refused:
        PARCEL.step("packed", "arrive")
    assert isinstance(refused.value, NotAllowed)


@pytest.mark.parametrize(("status", "verb"), [("lost", "arrive"), ("arrived", "lose")])
def test_a_contradiction_is_impossible(status: str, verb: str) -> None:
    with pytest.raises(Impossible, match=f"lost_parcel: {verb} from {status}"):
        PARCEL.step(status, verb)


def test_an_unknown_verb_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        PARCEL.step("packed", "explode")
