"""The answer to the bank: written, files added, handed over once whatever happens on the line; or the loss accepted."""

import pytest

from marketplace import db
from marketplace.disputes import flows, operations
from marketplace.disputes.evidence_rules import LONGEST_TEXT, EvidenceFile, EvidenceText
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.media import storing
from marketplace.providers.disputes import EVIDENCE_FOLDER
from marketplace.sandbox import disputes as bank
from marketplace.transitions import AlreadyThere
from tests import evidence
from tests.builders import World
from tests.faults import Fault, wire_fault
from tests.journeys.test_disputes import (
    FRAUD,
    INQUIRY,
    at_the_bank,
    balances,
    bought_with,
    later,
    of_seller,
    only_id,
    states,
    the_bank_agrees,
)
from tests.races import at_once, refusals

PDF, PNG = evidence.pdf(b"a receipt"), evidence.png()
TEXT = EvidenceText.UNCATEGORIZED_TEXT


def write(world: World, admin: int, text: str = "winning_evidence") -> None:
    texts = {TEXT: text, EvidenceText.CUSTOMER_NAME: "Bo Buyer"}
    db.atomic(operations.write, (), admin_id=admin, dispute_id=int(only_id(world)), texts=texts, now=world.now)


def add(world: World, user: int, content: bytes, *, is_admin: bool, kind: EvidenceFile = EvidenceFile.RECEIPT) -> None:
    flows.keep_file(
        content,
        user_id=user,
        is_admin=is_admin,
        dispute_id=int(only_id(world)),
        kind=kind,
        file_name="../../receipt.pdf",
        store=storing.store(world.settings.media, world.settings.var_dir, EVIDENCE_FOLDER),
        now=world.now,
    )


def submit(world: World, admin: int) -> None:
    flows.submit(
        admin_id=admin,
        dispute_id=int(only_id(world)),
        providers={"stripe": world.provider},
        policy=world.settings.money,
        now=world.now,
    )


def accept(world: World, admin: int, amount: int = 10_000) -> None:
    flows.accept(
        admin_id=admin,
        dispute_id=int(only_id(world)),
        amount_minor=amount,
        providers={"stripe": world.provider},
        policy=world.settings.money,
        now=world.now,
    )


def at_provider(world: World) -> dict[str, object]:
    with world.sandbox.sandbox.work() as work:
        [row] = work.rows("SELECT id FROM objects WHERE kind = 'dispute'")
        found = work.need("dispute", row["id"])
        return {**found.data["evidence"], "count": found.data["evidence_details"]["submission_count"]}


def test_texts_and_files_go_to_the_bank_together_and_win(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    [(seller,)] = world.rows("SELECT seller_id FROM dispute_share")
    write(world, admin)
    add(world, int(str(seller)), PNG, is_admin=False, kind=EvidenceFile.SHIPPING_DOCUMENTATION)
    add(world, int(str(seller)), PDF, is_admin=False)
    add(world, admin, PDF, is_admin=True)
    assert world.rows("SELECT field, is_used, file_name FROM dispute_file ORDER BY id") == [
        ("shipping_documentation", True, "receipt.pdf"),
        ("receipt", False, "receipt.pdf"),
        ("receipt", True, "receipt.pdf"),
    ], "of each kind one goes to the bank, the admin's first"
    submit(world, admin)
    assert world.rows("SELECT status, evidence_state FROM dispute") == [("under_review", "submitted")]
    sent = at_provider(world)
    assert (sent["uncategorized_text"], sent["customer_name"], sent["count"]) == ("winning_evidence", "Bo Buyer", 1)
    assert {sent["receipt"], sent["shipping_documentation"]} == {
        file_id for (file_id,) in world.rows("SELECT provider_file_id FROM dispute_file WHERE is_used")
    }
    world.settle_down()
    later(world, hours=2)
    assert states(world) == ["won"]
    assert of_seller(world) == {"seller_held": -9_380}
    the_bank_agrees(world)


def test_ten_clicks_hand_it_over_once(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    write(world, admin)
    add(world, admin, PDF, is_admin=True)
    answers = at_once(world.app, [lambda: submit(world, admin)] * 10)
    assert len(refusals(answers)) == 9
    counts = world.rows("SELECT kind, count(*) FROM outbound_call GROUP BY kind ORDER BY kind")
    assert counts[-2:] == [("submit_evidence", 1), ("upload_file", 1)]
    world.settle_down()
    assert at_provider(world)["count"] == 1
    with pytest.raises(Conflict):
        write(world, admin, "One more thing.")


@pytest.mark.parametrize("path", ["/v1/files", "/v1/disputes"], ids=["file", "evidence"])
@pytest.mark.parametrize("after", [False, True], ids=["lost before", "lost after"])
def test_a_lost_answer_is_asked_for_again_and_nothing_goes_twice(world: World, path: str, after: bool) -> None:
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    write(world, admin)
    add(world, admin, PDF, is_admin=True)
    [(reference,)] = world.rows("SELECT provider_dispute_id FROM dispute")
    whole = path if path == "/v1/files" else f"{path}/{reference}"
    with wire_fault(world.sandbox, whole, Fault(after=after, status=500)):
        submit(world, admin)
    if path == "/v1/files":
        assert world.rows("SELECT status, evidence_state FROM dispute") == [("needs_response", "sending")]
    with pytest.raises(AlreadyThere):
        submit(world, admin)
    later(world, minutes=2)
    assert world.rows("SELECT status, evidence_state FROM dispute") == [("under_review", "submitted")]
    assert at_provider(world)["count"] == 1
    with world.sandbox.sandbox.work() as work:
        assert len(work.rows("SELECT id FROM objects WHERE kind = 'file'")) == 1


def test_a_day_of_silence_is_ended_by_looking(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    write(world, admin, "Something")
    add(world, admin, PDF, is_admin=True)
    with wire_fault(world.sandbox, "/v1/files", Fault(after=True, status=500)):
        submit(world, admin)
    world.sandbox.advance_clock(24 * 3_600)
    with wire_fault(world.sandbox, "/v1/files", Fault(after=False, status=500)) as asked:
        world.tick()
    assert asked == [], "it is looked up by its name, never sent again"
    world.settle_down()
    assert world.rows("SELECT evidence_state FROM dispute") == [("submitted",)]


def test_an_earlier_round_is_never_taken_for_an_answer_that_was_lost(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    write(world, admin, "Something")
    [(reference,)] = world.rows("SELECT provider_dispute_id FROM dispute")
    with world.sandbox.sandbox.work() as work:
        found = work.need("dispute", str(reference), lock=True)
        found.data["evidence_details"]["submission_count"] = 1
        work.save(found)
    with wire_fault(world.sandbox, f"/v1/disputes/{reference}", Fault(after=False, status=500)):
        submit(world, admin)
    world.sandbox.advance_clock(24 * 3_600)
    world.tick()
    assert world.rows("SELECT status, evidence_state FROM dispute") == [("needs_response", "refused")]
    submit(world, admin)
    assert world.rows("SELECT status, evidence_state FROM dispute") == [("under_review", "submitted")]


def test_what_the_bank_refuses_can_be_corrected(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    write(world, admin)
    add(world, admin, PDF, is_admin=True)
    [(stored,)] = world.rows("SELECT stored_name FROM dispute_file")
    (world.settings.var_dir / EVIDENCE_FOLDER / str(stored)).unlink()
    submit(world, admin)
    assert world.rows("SELECT evidence_state, evidence_note LIKE 'A file is not there%%' FROM dispute") == [
        ("refused", True)
    ]
    [(file_id,)] = world.rows("SELECT id FROM dispute_file")
    db.atomic(operations.choose_file, (), dispute_id=int(only_id(world)), file_id=int(str(file_id)), is_used=False)
    submit(world, admin)
    assert world.rows("SELECT status, evidence_state FROM dispute") == [("under_review", "submitted")]


def test_an_inquiry_is_answered_and_closed(world: World) -> None:
    bought_with(world, INQUIRY, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    write(world, admin, "It was sent.")
    submit(world, admin)
    assert states(world) == ["inquiry_under_review"]
    world.settle_down()
    later(world, hours=2)
    assert states(world) == ["inquiry_closed"]
    assert "dispute_hold" not in balances(world)


def test_reopened_it_takes_an_answer_once_more(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    write(world, admin, "First.")
    submit(world, admin)
    world.settle_down()
    at_the_bank(world, bank.decide, "lost")
    with pytest.raises(NotAllowed):
        accept(world, admin)
    at_the_bank(world, bank.reopen)
    assert world.rows("SELECT status, evidence_state FROM dispute") == [("needs_response", "draft")]
    write(world, admin, "Second.")
    submit(world, admin)
    assert at_provider(world)["uncategorized_text"] == "Second."


def test_the_loss_is_accepted_once_with_the_amount_that_the_button_said(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    with pytest.raises(Conflict):
        accept(world, admin, 9_999)
    answers = at_once(world.app, [lambda: accept(world, admin)] * 4)
    assert len(refusals(answers)) == 3
    assert states(world) == ["lost"]
    assert of_seller(world) == {"seller_debt": 320}
    assert world.rows("SELECT count(*) FROM outbound_call WHERE kind = 'accept_dispute'") == [(1,)]
    world.settle_down()
    the_bank_agrees(world)


def test_limits_and_whose_dispute_it_is(world: World) -> None:
    bought_with(world, FRAUD, 10_000)
    admin, stranger = world.person("Ada Admin", is_admin=True), world.seller("Sue Stranger")
    for wrong in (b"", b"MZ a program", b"GIF89a", PDF + bytes(5 * 1024 * 1024)):
        with pytest.raises(Invalid):
            add(world, admin, wrong, is_admin=True)
    with pytest.raises(Invalid):
        write(world, admin, "x" * (LONGEST_TEXT + 1))
    with pytest.raises(Invalid, match="nothing to hand over"):
        submit(world, admin)
    with pytest.raises(NotFound):
        add(world, stranger, PDF, is_admin=False)
    with pytest.raises(NotFound):
        db.atomic(operations.say, (), seller_id=stranger, dispute_id=int(only_id(world)), text="Me too.", now=world.now)
    assert world.rows("SELECT count(*) FROM dispute_file") == [(0,)]
    later(world, days=20)
    assert states(world) == ["lost"], "nobody answered in time"
