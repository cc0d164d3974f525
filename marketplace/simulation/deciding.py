"""What admins decide: refunds, holds, payouts, disputes."""

from functools import partial

from marketplace.simulation.keeping import wish
from marketplace.simulation.people import Person
from marketplace.simulation.play import Play, pick
from marketplace.simulation.scheduler import Task

_TO_DECIDE = """
    SELECT number, asked_minor, first_approver_id FROM refund WHERE status IN ('pending', 'failed') ORDER BY id
"""
_HELD = "SELECT payment_id, id FROM payment_transaction WHERE status IN ('held', 'available') ORDER BY id"
_PAYOUTS = "SELECT number, status FROM payout WHERE status IN ('refused', 'failed', 'pending') ORDER BY id"
_RISKS = """
    SELECT a.payment_id FROM risk_review r JOIN risk_assessment a ON a.id = r.assessment_id
    WHERE r.status = 'waiting' ORDER BY r.id
"""
_DISPUTES = "SELECT number, kind, status, amount_minor FROM dispute ORDER BY id"


def approve(play: Play, task: Task) -> str:
    """Approve a refund."""
    found = pick(task.chance, play.stage.rows(_TO_DECIDE))
    if found is None:
        return "no refund waits"
    admin = task.chance.choice(play.stage.admins)
    percent = task.chance.choice((100, 100, 100, 60))
    return _approve(admin, found[0], max(1, found[1] * percent // 100), task.chance.random() < 0.3)


def approve_both(play: Play, task: Task) -> str:
    """Let both admins approve the same refund, or two of the same order, at the same time (F28)."""
    waiting = play.stage.rows(_TO_DECIDE)
    found = pick(task.chance, waiting)
    if found is None:
        return "no refund waits"
    first, second = play.stage.admins
    other = task.chance.choice(waiting)
    play.also(task, "the other admin", partial(_approve, second, other[0], other[1], take_back=False))
    return _approve(first, found[0], found[1], take_back=False)


def reject(play: Play, task: Task) -> str:
    """Reject a refund."""
    found = pick(task.chance, play.stage.rows(_TO_DECIDE))
    if found is None:
        return "no refund waits"
    admin = task.chance.choice(play.stage.admins)
    form = {"amount_minor": found[1], "plan": "", "notes": "Not as the policy says."}
    return f"{admin.name} rejects {found[0]}: {admin.post(f'/admin/refunds/{found[0]}/reject', **form).status}"


def start(play: Play, task: Task) -> str:
    """Open a refund without being asked."""
    statement = """
        SELECT number, total_minor, currency FROM "order"
        WHERE status IN ('confirmed', 'shipped', 'delivered') ORDER BY id
    """
    found = pick(task.chance, play.stage.rows(statement))
    if found is None:
        return "nobody has paid"
    admin, form = task.chance.choice(play.stage.admins), wish(play, task.chance, found[1], found[2])
    return f"{admin.name} opens a refund of {found[0]}: {admin.post(f'/admin/orders/{found[0]}/refund', **form).status}"


def hold(play: Play, task: Task) -> str:
    """Stop a share, let it go, hold it longer, or release it early."""
    found = pick(task.chance, play.stage.rows(_HELD))
    if found is None:
        return "nothing is held"
    admin = task.chance.choice(play.stage.admins)
    step = task.chance.choice(("stop", "let_go", "let_go", "extend", "release"))
    path = f"/admin/payments/{found[0]}/shares/{found[1]}/hold/decide"
    answer = admin.post(path, step=step, days="3", reason="Looked at it.")
    return f"{admin.name}: {step} share {found[1]}: {answer.status}"


def look_after_payout(play: Play, task: Task) -> str:
    """Try a payout again, or call it off; now and then start a run by hand (F32)."""
    found = pick(task.chance, play.stage.rows(_PAYOUTS))
    admin = task.chance.choice(play.stage.admins)
    if found is None:
        return f"{admin.name} runs the payouts: {admin.post('/admin/payouts/next/run').status}"
    deed = task.chance.choice(("retry", "resend", "cancel", "retry"))
    return f"{admin.name}: {deed} {found[0]}: {admin.post(f'/admin/payouts/{found[0]}/{deed}').status}"


def answer_dispute(play: Play, task: Task) -> str:
    """Submit evidence, accept a loss, dismiss a warning."""
    found = pick(task.chance, play.stage.rows(_DISPUTES))
    if found is None:
        return "nothing is disputed"
    admin, base = task.chance.choice(play.stage.admins), f"/admin/disputes/{found[0]}"
    if found[2] == "warned":
        return f"{admin.name} dismisses {found[0]}: {admin.post(f'{base}/dismiss', reason='Known buyer.').status}"
    if task.chance.random() < 0.3:
        return f"{admin.name} accepts {found[0]}: {admin.post(f'{base}/accept', amount_minor=found[3]).status}"
    word = task.chance.choice(("winning_evidence", "losing_evidence", "It was sent and received."))
    admin.post(f"{base}/evidence", uncategorized_text=word, customer_name="A Buyer")
    play.scheduler.pause()
    return f"{admin.name} answers {found[0]}: {admin.post(f'{base}/submit').status}"


def look_at_risk(play: Play, task: Task) -> str:
    """Clear a payment of high risk, or refuse it; now and then both admins decide at the same time."""
    found = pick(task.chance, play.stage.rows(_RISKS))
    if found is None:
        return "no payment looks like fraud"
    first, second = play.stage.admins
    decision, other = (task.chance.choice(("clear", "clear", "refuse")) for _ in range(2))
    if task.chance.random() < 0.3:
        play.also(task, "the other admin", partial(decide_risk, second, found[0], other))
    return decide_risk(first, found[0], decision)


def decide_risk(admin: Person, payment_id: int, decision: str) -> str:
    """Decide about a payment of high risk."""
    answer = admin.post(f"/admin/risk/{payment_id}/decide", decision=decision, reason="Looked at the cards.")
    return f"{admin.name}: {decision} payment {payment_id}: {answer.status}"


def clear_risks(play: Play) -> None:
    """Clear all payments of high risk, so that their orders can be sent and their money can move."""
    for (payment_id,) in play.stage.rows(_RISKS):
        decide_risk(play.stage.admins[0], payment_id, "clear")


def _approve(admin: Person, number: str, amount_minor: int, take_back: bool) -> str:
    major = f"{amount_minor // 100}.{amount_minor % 100:02d}"
    page = admin.get(f"/admin/refunds?refund={number}&amount={major}")
    form = {
        "amount_minor": page.hidden("amount_minor") or str(amount_minor),
        "plan": page.hidden("plan"),
        "notes": "Looked at the pictures.",
        "take_back": "y" if take_back else None,
    }
    answer = admin.post(f"/admin/refunds/{number}/approve", **form)
    return f"{admin.name} approves {form['amount_minor']} of {number}: {answer.status}"
