"""Who can do what: the table from which a seed draws. To add an actor, write a deed and give it a weight."""

from collections.abc import Callable, Mapping
from functools import partial

from marketplace.simulation import buying, deciding, happening, keeping, mishaps, spending, varying
from marketplace.simulation.play import Play
from marketplace.simulation.scheduler import Task

Deed = Callable[[Play, Task], str]
"""Does something and returns what happened in words for the story."""

DEEDS: Mapping[str, Deed] = {
    "buyer fills a basket": buying.fill_basket,
    "buyer checks out": buying.check_out,
    "buyer uses a code": buying.use_code,
    "buyer buys": buying.buy,
    "buyer pays": buying.pay,
    "buyer is declined, then pays": buying.decline_then_pay,
    "buyer tries many cards": buying.try_many_cards,
    "buyer pays by debit": buying.pay_by_debit,
    "buyer leaves": buying.leave,
    "buyer goes back": buying.go_back,
    "buyer opens a second page": buying.second_page,
    "buyer clicks twice": buying.click_twice,
    "buyer checks the payment": buying.check_payment,
    "buyer pays from the wallet": spending.pay_from_wallet,
    "buyer spends a wallet twice": spending.spend_twice,
    "buyer asks for money back": keeping.ask_back,
    "buyer takes the request back": keeping.take_back_request,
    "buyer cancels an order": partial(keeping.cancel, side="buyer"),
    "buyer confirms receipt": keeping.confirm_receipt,
    "seller sends": keeping.send,
    "seller says it has arrived": keeping.say_arrived,
    "seller changes price or stock": keeping.reprice,
    "seller sells in variants": varying.divide,
    "seller changes a variant": varying.vary,
    "seller cancels an order": partial(keeping.cancel, side="seller"),
    "seller withdraws": keeping.withdraw,
    "seller's account changes": keeping.change_account,
    "admin approves a refund": deciding.approve,
    "two admins approve at once": deciding.approve_both,
    "admin rejects a refund": deciding.reject,
    "admin starts a refund": deciding.start,
    "admin decides about a hold": deciding.hold,
    "admin looks after a payout": deciding.look_after_payout,
    "admin changes a wallet": spending.change_wallet,
    "admin looks at a risky payment": deciding.look_at_risk,
    "admin answers a dispute": deciding.answer_dispute,
    "provider: refund in the dashboard": happening.refund_in_dashboard,
    "provider: reversal in the dashboard": happening.reverse_in_dashboard,
    "provider: debit ends": happening.end_debit,
    "provider: dispute": happening.dispute,
    "provider: dispute goes on": happening.dispute_goes_on,
    "provider: refund fails": happening.refund_fails,
    "provider: payout fails": happening.payout_fails,
    "webhooks travel": happening.carry_webhooks,
    "time: seconds": happening.pass_seconds,
    "time: hours": happening.pass_hours,
    "time: days": happening.pass_days,
    "time: a month": happening.pass_month,
    "jobs: tick": happening.tick,
    "jobs: queue": happening.run_queue,
    "many want the last one": mishaps.run_for_the_last,
    "keys are forgotten": mishaps.forget_keys,
    "the shop's clock jumps": mishaps.jump_clock,
    "something comes as money is released": mishaps.meet_release,
}
ALONE = frozenset(
    {"time: hours", "time: days", "time: a month", "keys are forgotten", "something comes as money is released"}
)
"""Nobody is in the middle of a request while so much time passes."""
