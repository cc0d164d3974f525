"""Every machine of the house as a full matrix: what each verb does in each status, written out by hand.

`.` too early, `=` already there (a replay), `!` impossible (an alarm); a word is the status that follows.
"""

import pytest

import marketplace.web  # noqa: F401  loads every model, so that no machine is missed when this file runs alone
from marketplace.auctions.states import AUCTION, BID
from marketplace.bank_transfers.states import INCOMING, OUTGOING
from marketplace.catalog.states import LISTING, RESERVATION
from marketplace.discounts.states import DISCOUNT, USE
from marketplace.disputes.states import DISPUTE
from marketplace.history import Ruled
from marketplace.invoices.states import INVOICE
from marketplace.job_runs.states import FAILED_JOB
from marketplace.mails.states import MAIL
from marketplace.orders.states import ORDER, PURCHASE
from marketplace.outbound.states import CALL
from marketplace.payment_methods.states import METHOD
from marketplace.payment_records.states import PAYMENT, PaymentStatus
from marketplace.payments.states import RECEIPT, TRACKER, TRANSACTION
from marketplace.payouts.states import ACCOUNT, PAYOUT, REVERSAL
from marketplace.provider_events.states import EVENT
from marketplace.reconciliation import checks
from marketplace.reconciliation.states import BREAK
from marketplace.refunds.states import REFUND
from marketplace.risk.states import REVIEW
from marketplace.transitions import AlreadyThere, Impossible, Machine, MoveNotAllowed

MATRICES: dict[Machine, str] = {
    DISCOUNT: """
           active paused ended
    pause  paused =      =
    resume =      active =
    end    ended  ended  =
    """,
    USE: """
                  reserved redeemed released
    redeem        redeemed =        !
    release       released !        =
    reserve_again =        =        reserved
    give_back     .        released =
    """,
    AUCTION: """
               running   withdrawn not_sold won    unpaid   sold
    withdraw   withdrawn =         !        !      !        !
    end_unsold not_sold  !         =        !      !        !
    end_won    won       !         =        =      =        =
    pay        .         !         !        sold   !        =
    lapse      .         !         =        unpaid =        !
    offer      .         !         =        =      won      =
    give_up    .         !         =        .      not_sold !
    """,
    BID: """
           placed  leading outbid raised won    lost unpaid paid
    lead   leading =       =      =      =      =    =      =
    outbid outbid  outbid  =      !      !      =    !      !
    raise  .       raised  !      =      !      !    !      !
    win    .       won     !      !      =      !    =      =
    lose   .       lost    lost   !      !      =    !      !
    offer  .       .       .      !      =      won  =      =
    pay    .       .       !      !      paid   !    !      =
    lapse  .       .       !      !      unpaid !    =      !
    """,
    MAIL: """
          queued sent failed  skipped
    send  sent   =    !       !
    fail  failed !    =       !
    skip  skipped !   !       =
    retry =      =    queued  =
    """,
    INVOICE: """
           draft     sent      viewed    overdue   paid      cancelled
    send   sent      =         =         =         =         =
    view   .         viewed    =         =         =         =
    settle .         paid      paid      paid      =         =
    lapse  .         overdue   overdue   =         =         =
    cancel cancelled cancelled cancelled cancelled cancelled =
    """,
    INCOMING: """
              recorded  to_match  waiting   matched to_return returned struck
    book      to_match  =         =         =       =         =        =
    strike    struck    struck    !         !       !         !        =
    keep      .         waiting   =         =       =         =        !
    match     .         matched   matched   =       !         !        !
    send_back .         to_return to_return !       =         =        !
    return    .         .         .         !       returned  =        !
    """,
    OUTGOING: """
           planned  exported sent failed
    export exported =        =    =
    send   sent     sent     =    !
    fail   failed   failed   !    =
    """,
    FAILED_JOB: """
          failed  retried
    retry retried =
    """,
    BREAK: """
           open    mended decided gone
    mend   mended  =      !       !
    decide decided !      =       !
    vanish gone    !      !       =
    """,
    PAYMENT: """
                pending    processing failed     expired    cancelled  completed          partially_refunded refunded
    process     processing =          processing processing processing =                  =                  =
    complete    completed  completed  completed  completed  completed  =                  =                  =
    fail        failed     failed     =          .          =          =                  =                  =
    expire      expired    =          =          =          =          =                  =                  =
    cancel      cancelled  =          cancelled  .          =          =                  =                  =
    refund_part .          .          .          .          .          partially_refunded partially_refunded partially_refunded
    unrefund    .          .          .          .          .          =                  completed          completed
    refund      .          .          .          .          .          refunded           refunded           =
    """,  # noqa: E501  a status has a long name
    TRACKER: """
                   created         requires_action processing failed          canceled  succeeded
    require_action requires_action =               =          requires_action =         =
    process        processing      processing      =          processing      =         =
    fail           failed          failed          failed     =               =         =
    succeed        succeeded       succeeded       succeeded  succeeded       succeeded =
    cancel         canceled        canceled        canceled   canceled        =         =
    """,
    TRANSACTION: """
                      pending failed held      available    transferring paid_out     refunded
    fail              failed  =      =         =            =            =            =
    hold              held    held   =         =            =            =            =
    release           .       .      available =            =            =            =
    transfer          .       .      .         transferring =            =            =
    pay_out           .       .      .         paid_out     paid_out     =            =
    put_back          .       .      .         =            available    =            =
    bounce            .       .      .         .            =            transferring =
    reopen            .       .      .         =            =            available    available
    refund            .       .      refunded  refunded     .            refunded     =
    restore_held      .       .      =         =            =            =            held
    restore_available .       .      .         =            =            =            available
    restore_paid_out  .       .      .         .            .            =            paid_out
    """,
    DISPUTE: """
                opened                 inquiry_needs_response inquiry_under_review   inquiry_closed         needs_response under_review   won            lost           prevented warned    dismissed
    inquire     inquiry_needs_response =                      inquiry_needs_response inquiry_needs_response =              =              =              =              =         !         !
    consider    inquiry_under_review   inquiry_under_review   =                      inquiry_under_review   =              =              =              =              =         !         !
    close       inquiry_closed         inquiry_closed         inquiry_closed         =                      =              =              =              =              =         !         !
    charge_back needs_response         needs_response         needs_response         needs_response         =              needs_response needs_response needs_response =         !         !
    review      under_review           under_review           under_review           under_review           under_review   =              under_review   under_review   =         !         !
    win         won                    won                    won                    won                    won            won            =              won            =         !         !
    lose        lost                   lost                   lost                   lost                   lost           lost           lost           =              =         !         !
    prevent     prevented              prevented              prevented              prevented              prevented      prevented      .              .              =         !         !
    warn        warned                 !                      !                      !                      !              !              !              !              !         =         =
    dismiss     .                      !                      !                      !                      !              !              !              !              !         dismissed =
    """,  # noqa: E501  a status has a long name
    ACCOUNT: """
               started      review       enabled      restricted   disconnected rejected
    review     review       =            review       review       review       review
    enable     enabled      enabled      =            enabled      enabled      enabled
    restrict   restricted   restricted   restricted   =            restricted   restricted
    disconnect disconnected disconnected disconnected disconnected =            =
    reject     rejected     rejected     rejected     rejected     rejected     =
    restart    =            =            =            =            started      =
    """,
    PAYOUT: """
            pending    refused    in_transit paid     failed     canceled reversed
    refuse  refused    =          =          =        =          =        =
    retry   =          pending    =          =        =          =        =
    cancel  canceled   canceled   !          !        !          =        !
    arrive  in_transit in_transit =          =        =          !        =
    pay     .          .          paid       =        paid       !        =
    fail    .          .          failed     failed   =          !        =
    resend  .          .          =          =        in_transit !        =
    reverse .          .          reversed   reversed reversed   !        =
    """,
    METHOD: """
           active   removing removed
    remove removing =        =
    keep   =        active   =
    detach removed  removed  =
    """,
    REVIEW: """
           waiting cleared refused
    clear  cleared =       !
    refuse refused !       =
    """,
    REVERSAL: """
           pending done refused
    finish done    =    done
    refuse refused =    =
    """,
    RECEIPT: """
                  received  returning returned  failed
    send_back     returning =         =         returning
    confirm       returned  returned  =         =
    find_returned .         =         =         returned
    fail          .         failed    failed    =
    """,
    PURCHASE: """
            open     paid given_up
    pay     paid     =    paid
    give_up given_up =    =
    """,
    ORDER: """
                        pending   confirmed shipped   delivered cancelled refunded
    confirm             confirmed =         =         =         =         =
    revive              .         =         =         =         confirmed =
    ship                .         shipped   =         =         .         =
    deliver             .         .         delivered =         .         =
    cancel              cancelled cancelled =         =         =         =
    refund              .         refunded  refunded  refunded  refunded  =
    reinstate_confirmed .         =         =         =         =         confirmed
    reinstate_shipped   .         .         =         =         .         shipped
    reinstate_delivered .         .         .         =         .         delivered
    reinstate_cancelled .         =         =         =         =         cancelled
    """,
    LISTING: """
             draft   active paused offered  withheld dropped
    publish  active  =      active !        !        !
    pause    .       paused =      !        !        !
    offer    offered !      !      =        offered  =
    withhold .       !      !      withheld =        =
    drop     .       !      !      dropped  dropped  =
    """,
    RESERVATION: """
              active   redeemed    returned written_off
    redeem    redeemed =           !        =
    give_back returned !           =        !
    put_back  .        returned    =        !
    write_off .        written_off !        =
    """,
    REFUND: """
             pending   approved   processing completed failed    rejected cancelled
    approve  approved  =          =          =         approved  =        =
    process  .         processing =          =         =         =        =
    complete .         completed  completed  =         =         =        =
    grant    approved  =          =          =         =         =        =
    reject   rejected  .          .          .         rejected  =        !
    withdraw cancelled !          !          !         !         !        =
    absorb   cancelled .          .          .         cancelled !        =
    fail     .         failed     failed     failed    =         =        =
    """,
    CALL: """
             planned  sending unknown done refused blocked canceled
    send     sending  sending sending =    =       =       !
    doubt    .        unknown =       =    =       =       !
    finish   .        done    done    =    !       done    !
    refuse   .        refused refused !    =       refused !
    call_off canceled !       !       !    !       !       =
    block    .        blocked blocked =    =       =       !
    give_up  .        .       refused !    =       refused !
    turn_up  .        .       .       =    done    done    !
    """,
    EVENT: """
              received applied parked    ignored set_aside
    apply     applied  =       applied   !       .
    park      parked   =       =         =       =
    ignore    ignored  =       ignored   =       .
    set_aside .        =       set_aside =       =
    take_up   .        =       =         =       parked
    replay    .        =       .         applied applied
    """,
}


def answer(machine: Machine, status: str, verb: str) -> str:
    try:
        return machine.step(status, verb)
    except AlreadyThere:
        return "="
    except MoveNotAllowed:
        return "."
    except Impossible:
        return "!"


def drawn(machine: Machine, columns: list[str]) -> list[list[str]]:
    return [[verb, *(answer(machine, status, verb) for status in columns)] for verb in machine.moves]


@pytest.mark.covers("S1.15", "S2.3")
@pytest.mark.parametrize("machine", MATRICES, ids=lambda machine: machine.name)
def test_the_matrix_of(machine: Machine) -> None:
    columns, *rows = [line.split() for line in MATRICES[machine].strip().splitlines()]
    assert sorted(columns) == sorted(machine.states), "a column for each status"
    assert drawn(machine, columns) == rows


@pytest.mark.parametrize("machine", MATRICES, ids=lambda machine: machine.name)
def test_each_status_can_be_reached(machine: Machine) -> None:
    assert {machine.initial.value} | machine._reachable(machine.initial) >= set(machine.states)


@pytest.mark.parametrize("machine", MATRICES, ids=lambda machine: machine.name)
def test_each_move_says_why_and_each_status_has_a_label(machine: Machine) -> None:
    assert all(len(move.why) > 10 for move in machine.moves.values())
    assert all(status.label for status in machine.states)


def test_no_machine_is_left_out() -> None:
    assert checks.Ruled is Ruled
    assert {model.machine for model in Ruled.ruled} == set(MATRICES)


def test_a_machine_is_named_after_its_table() -> None:
    assert {model.machine.name for model in Ruled.ruled} == {model.__tablename__ for model in Ruled.ruled}


@pytest.mark.covers("S1.15")
def test_there_are_s1s_eight_payment_statuses() -> None:
    assert list(PaymentStatus) == [
        "pending", "processing", "completed", "failed", "expired", "cancelled", "refunded", "partially_refunded",
    ]  # fmt: skip


def test_s04_a_payment_with_money_never_loses_its_status_to_a_late_report() -> None:
    unpaid = {"pending", "processing", "failed", "expired", "cancelled"}
    for verb in PAYMENT.moves:
        for status in set(PaymentStatus) - unpaid:
            assert answer(PAYMENT, status, verb) not in unpaid
