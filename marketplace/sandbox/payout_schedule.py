"""Automatic payouts: on which days a connected account is paid what is available."""

from marketplace.sandbox import balance, business_days
from marketplace.sandbox.account_params import read_schedule
from marketplace.sandbox.errors import ApiError
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader


def is_payout_day(schedule: JSON, moment: int) -> bool:
    """Return whether a schedule pays out on the day of `moment`; daily means every day banks work."""
    interval = schedule["interval"]
    if interval == "daily":
        return business_days.is_business_day(moment)
    if interval == "weekly":
        return business_days.weekday(moment) in schedule["weekly_payout_days"]
    return interval == "monthly" and business_days.falls_on(moment, schedule["monthly_payout_days"])


def next_day(schedule: JSON, moment: int) -> int | None:
    """Return the beginning of the first payout day after the day of `moment`; None when payouts are manual."""
    if schedule["interval"] == "manual":
        return None
    day = business_days.midnight(moment) + business_days.DAY_SECONDS
    while not is_payout_day(schedule, day):
        day += business_days.DAY_SECONDS
    return day


def plan(work: Work, account: Stored) -> None:
    """Plan the next automatic payout of an account that has, or will have, something to be paid.

    Nothing is planned for an empty balance, so that years of virtual time cost nothing.
    """
    work.unplan("payout_day", account.id)
    row = work.row(
        "SELECT min(greatest(available_on, %(now)s)) AS at FROM objects WHERE kind = 'balance_transaction'"
        " AND account = %(id)s AND net > 0 AND (available_on > %(now)s OR NOT private ? 'payout')",
        id=account.id, now=work.now,
    )  # fmt: skip
    worth = any(free > 0 or held > 0 for free, held in balance.purses(work, account.id).values())
    if row is None or row["at"] is None or not worth or account.private.get("deleted"):
        return
    # Money that becomes available on a day is paid out on the next payout day.
    day = next_day(account.data["settings"]["payouts"]["schedule"], row["at"])
    if day is not None:
        work.plan("payout_day", account.id, day)


def plan_for(work: Work, account_id: str) -> None:
    """Plan the next automatic payout of a connected account unless one is planned."""
    account = work.get("account", account_id)
    if account and not work.planned("payout_day", account_id):
        plan(work, account)


def retrieve_settings(work: Work, params: Reader) -> JSON:
    """Return the balance settings of the account the request acts for; the platform's own payouts are manual."""
    params.finish()
    account = work.get("account", work.account)
    return _settings(account)


def update_settings(work: Work, params: Reader) -> JSON:
    """Change the payout schedule of a connected account. Raises ApiError."""
    account = work.lock("account", work.account)
    if account is None:
        raise ApiError(400, "The sandbox's platform is paid out manually only.", saved=False)
    payments = params.group("payments")
    payouts = payments.group("payouts") if payments else None
    schedule = payouts.group("schedule") if payouts else None
    own = account.data["settings"]["payouts"]
    if payments:
        timing, debit = payments.group("settlement_timing"), payments.boolean("debit_negative_balances")
        own["debit_negative_balances"] = own["debit_negative_balances"] if debit is None else debit
        if timing:
            days = timing.integer("delay_days_override", least=0, most=31)
            own["schedule"]["delay_days"] = own["schedule"]["delay_days"] if days is None else days
            timing.finish()
    if schedule:
        own["schedule"] = read_schedule(schedule, own["schedule"])
        schedule.finish()
    for group in (payouts, payments, params):
        if group:
            group.finish()
    work.save(account)
    plan(work, account)
    return _settings(account)


def _settings(account: Stored | None) -> JSON:
    own = account.data["settings"]["payouts"] if account else {}
    schedule = own.get("schedule", {"interval": "manual", "delay_days": 2})
    shown = {name: schedule[name] for name in ("interval", "weekly_payout_days", "monthly_payout_days")
             if name in schedule}  # fmt: skip
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": own.get("debit_negative_balances", True),
            "payouts": {
                # Null in the official example, which SDK 16.1 cannot read.
                "automatic_transfer_rules_by_currency": {},
                "minimum_balance_by_currency": None,
                "schedule": shown,
                "statement_descriptor": own.get("statement_descriptor"),
                "status": "enabled" if account is None or account.data["payouts_enabled"] else "disabled",
            },
            "settlement_timing": {
                "delay_days": schedule["delay_days"],
                "delay_days_override": None,
                "start_of_day": {"hour": 0, "minutes": 0, "timezone": "Etc/UTC"},
            },
        },
    }
