"""The URL table of the admin pages."""

from flask import Blueprint

from marketplace.web import admins_second_step
from marketplace.web.admin import (
    auctions,
    calls,
    debts,
    delivery_tax,
    diagnose,
    discounts,
    dispute_desk,
    dispute_invoices,
    disputes,
    event_page,
    event_replay,
    events,
    explain,
    health,
    hold,
    invoices,
    jobs,
    ledger,
    mails,
    outgoing_transfers,
    overview,
    packages,
    payment_log,
    payments,
    payout_deciding,
    payout_seller,
    payouts,
    performance,
    proof,
    purchases,
    reconciliation,
    reconciliation_break,
    reconciliation_lines,
    refund_deciding,
    refund_rules,
    refund_starting,
    refunds,
    reported,
    reports,
    returning,
    risk,
    risk_figures,
    risk_page,
    settings,
    states,
    suspensions,
    taking_back,
    transfer_recording,
    transfers,
    unmatched,
    users,
    wallets,
)

blueprint = Blueprint("admin", __name__)
admins_second_step.lead(blueprint)

blueprint.add_url_rule("/admin", view_func=overview.overview)
blueprint.add_url_rule("/admin/explain/<figure>/<string(length=3):currency>", view_func=overview.explain_flow)
blueprint.add_url_rule("/admin/purchases", view_func=purchases.purchases)
blueprint.add_url_rule("/admin/purchases/<number>", view_func=purchases.purchase)
blueprint.add_url_rule("/admin/mail", view_func=mails.mails)
blueprint.add_url_rule("/admin/mail/again", view_func=mails.retry_mails, methods=["POST"])
blueprint.add_url_rule(
    "/admin/mail/<int(max=9223372036854775807):mail_id>/again", view_func=mails.retry_mail, methods=["POST"]
)
blueprint.add_url_rule("/admin/users", view_func=users.users)
blueprint.add_url_rule("/admin/users/<int(max=9223372036854775807):user_id>", view_func=users.user)
_WALLET = "/admin/users/<int(max=9223372036854775807):user_id>/wallet"
blueprint.add_url_rule(_WALLET, view_func=wallets.wallet)
blueprint.add_url_rule(f"{_WALLET}/change", view_func=wallets.change_wallet, methods=["POST"])
blueprint.add_url_rule(
    "/admin/users/<int(max=9223372036854775807):user_id>/devices/<int(max=9223372036854775807):session_id>/sign-out",
    view_func=users.sign_out_user,
    methods=["POST"],
)
blueprint.add_url_rule("/admin/payments", view_func=payments.payments)
blueprint.add_url_rule("/admin/payments/<int(max=9223372036854775807):payment_id>", view_func=payments.payment)
blueprint.add_url_rule(
    "/admin/payments/<int(max=9223372036854775807):payment_id>/explain/<figure>", view_func=explain.explain_payment
)
blueprint.add_url_rule(
    "/admin/payments/<int(max=9223372036854775807):payment_id>/return-again",
    view_func=returning.return_again,
    methods=["POST"],
)
blueprint.add_url_rule(
    "/admin/payments/<int(max=9223372036854775807):payment_id>/log", "payment_log", payment_log.payment_log
)
blueprint.add_url_rule(
    "/admin/payments/<int(max=9223372036854775807):payment_id>/refund-package",
    view_func=packages.refund_package,
    methods=["POST"],
)
_DIAGNOSE = "/admin/payments/<int(max=9223372036854775807):payment_id>/diagnose"
blueprint.add_url_rule(_DIAGNOSE, view_func=diagnose.diagnose_payment)
blueprint.add_url_rule(f"{_DIAGNOSE}/take-up", view_func=diagnose.take_up_payment, methods=["POST"])
blueprint.add_url_rule("/admin/refunds/<number>/diagnose", view_func=diagnose.diagnose_refund)
blueprint.add_url_rule("/admin/refunds/<number>/diagnose/take-up", view_func=diagnose.take_up_refund, methods=["POST"])
_DISPUTE_LOOKS, _PAYOUT_LOOKS = "/admin/disputes/<number>/diagnose", "/admin/payouts/<number>/diagnose"
blueprint.add_url_rule(_DISPUTE_LOOKS, view_func=diagnose.diagnose_dispute)
blueprint.add_url_rule(f"{_DISPUTE_LOOKS}/take-up", view_func=diagnose.take_up_dispute, methods=["POST"])
blueprint.add_url_rule(_PAYOUT_LOOKS, view_func=diagnose.diagnose_payout)
blueprint.add_url_rule(f"{_PAYOUT_LOOKS}/take-up", view_func=diagnose.take_up_payout, methods=["POST"])
_HOLD = "/admin/payments/<int(max=9223372036854775807):payment_id>/shares/<int(max=9223372036854775807):share_id>/hold"
blueprint.add_url_rule(_HOLD, view_func=hold.hold)
blueprint.add_url_rule(f"{_HOLD}/decide", view_func=hold.decide_hold, methods=["POST"])
blueprint.add_url_rule("/admin/events", view_func=events.events)
_EVENT = "/admin/events/<int(max=9223372036854775807):event_row_id>"
_UNMATCHED = "/admin/unmatched/<int(max=9223372036854775807):event_row_id>"
blueprint.add_url_rule("/admin/events/test", view_func=events.send_test, methods=["POST"])
blueprint.add_url_rule(_EVENT, view_func=event_page.event)
blueprint.add_url_rule(f"{_EVENT}/replay", "replay", event_replay.replay_page)
blueprint.add_url_rule(f"{_EVENT}/replay/run", view_func=event_replay.replay_event, methods=["POST"])
blueprint.add_url_rule("/admin/unmatched", "unmatched", unmatched.unmatched_events)
blueprint.add_url_rule(_UNMATCHED, view_func=unmatched.unmatched_event)
blueprint.add_url_rule(f"{_UNMATCHED}/decide", view_func=unmatched.decide_unmatched, methods=["POST"])
blueprint.add_url_rule(f"{_UNMATCHED}/take-up", view_func=unmatched.take_up_event, methods=["POST"])
blueprint.add_url_rule("/admin/health", "health", health.board_page)
blueprint.add_url_rule("/admin/health/check-books/run", view_func=health.check_books_now, methods=["POST"])
blueprint.add_url_rule("/admin/health/<tile>", view_func=health.health_list)
blueprint.add_url_rule("/admin/calls", view_func=calls.calls)
blueprint.add_url_rule("/admin/calls/<int(max=9223372036854775807):call_id>", view_func=calls.call)
blueprint.add_url_rule(
    "/admin/calls/<int(max=9223372036854775807):call_id>/decide", view_func=calls.decide_call, methods=["POST"]
)
blueprint.add_url_rule("/admin/jobs", view_func=jobs.jobs_page)
blueprint.add_url_rule(
    "/admin/jobs/<int(max=9223372036854775807):job_id>/retry", view_func=jobs.retry_job, methods=["POST"]
)
blueprint.add_url_rule("/admin/ledger", view_func=ledger.ledger)
blueprint.add_url_rule("/admin/ledger/entries", view_func=ledger.entries)
blueprint.add_url_rule("/admin/ledger/entries/<int(max=9223372036854775807):entry_id>", view_func=ledger.entry)
blueprint.add_url_rule("/admin/ledger/<account>/<string(length=3):currency>", view_func=ledger.account)
blueprint.add_url_rule("/admin/debts", view_func=debts.debts)
blueprint.add_url_rule(
    "/admin/debts/<int(max=9223372036854775807):seller_id>/<string(length=3):currency>", view_func=debts.debtor
)
_WRITE_OFF = "/admin/debts/<int(max=9223372036854775807):debt_id>/write-off"
blueprint.add_url_rule(_WRITE_OFF, view_func=debts.write_off)
blueprint.add_url_rule(f"{_WRITE_OFF}/decide", view_func=debts.write_debt_off, methods=["POST"])
blueprint.add_url_rule("/admin/states", view_func=states.states)
blueprint.add_url_rule("/admin/proof", view_func=proof.proof)
blueprint.add_url_rule("/admin/performance", "performance", performance.performance_page)
blueprint.add_url_rule("/admin/proof/replay", view_func=proof.replay_seed, methods=["POST"])
blueprint.add_url_rule("/admin/delivery-tax", view_func=delivery_tax.delivery_tax, methods=["GET", "POST"])
blueprint.add_url_rule(
    "/admin/delivery-tax/<int(max=9223372036854775807):rule_id>/remove",
    view_func=delivery_tax.take_back_delivery_tax,
    methods=["POST"],
)
blueprint.add_url_rule("/admin/settings", view_func=settings.settings)
blueprint.add_url_rule("/admin/refunds", view_func=refunds.refunds)
blueprint.add_url_rule("/admin/refunds/rules", view_func=refund_rules.refund_rules)
blueprint.add_url_rule("/admin/refunds/<number>/approve", view_func=refund_deciding.approve_refund, methods=["POST"])
blueprint.add_url_rule("/admin/refunds/<number>/reject", view_func=refund_deciding.reject_refund, methods=["POST"])
blueprint.add_url_rule(
    "/admin/refunds/<number>/pictures/<int(max=9223372036854775807):picture_id>", view_func=refunds.refund_picture
)
blueprint.add_url_rule("/admin/refunds/<number>/explain/<figure>", view_func=refunds.explain_refund)
blueprint.add_url_rule("/admin/invoices", view_func=invoices.invoices)
blueprint.add_url_rule("/admin/invoices/check", view_func=invoices.invoice_check)
blueprint.add_url_rule("/admin/invoices/<number>", view_func=invoices.invoice)
blueprint.add_url_rule("/admin/invoices/<number>/pdf", view_func=invoices.invoice_pdf)
blueprint.add_url_rule("/admin/auctions", view_func=auctions.auctions)
blueprint.add_url_rule("/admin/auctions/<int(max=9223372036854775807):auction_id>", view_func=auctions.auction)
blueprint.add_url_rule("/admin/discounts", view_func=discounts.discounts)
blueprint.add_url_rule("/admin/discounts/new", view_func=discounts.new_discount, methods=["GET", "POST"])
_DISCOUNT = "/admin/discounts/<int(max=9223372036854775807):discount_id>"
blueprint.add_url_rule(_DISCOUNT, view_func=discounts.discount)
blueprint.add_url_rule(f"{_DISCOUNT}/edit", view_func=discounts.edit_discount, methods=["GET", "POST"])
blueprint.add_url_rule(f"{_DISCOUNT}/move", view_func=discounts.move_discount, methods=["POST"])
blueprint.add_url_rule("/admin/risk", view_func=risk.risks)
blueprint.add_url_rule("/admin/risk/figures", "risk_figures", risk_figures.risk_figures)
_RISK = "/admin/risk/<int(max=9223372036854775807):payment_id>"
blueprint.add_url_rule(_RISK, view_func=risk_page.risk_payment)
blueprint.add_url_rule(f"{_RISK}/decide", view_func=risk_page.decide_risk, methods=["POST"])
blueprint.add_url_rule("/admin/disputes", view_func=disputes.disputes)
_DISPUTE = "/admin/disputes/<number>"
_DISPUTE_FILE = f"{_DISPUTE}/files/<int(max=9223372036854775807):file_id>"
blueprint.add_url_rule(_DISPUTE, view_func=disputes.dispute)
blueprint.add_url_rule(f"{_DISPUTE}/explain/<figure>", view_func=disputes.explain_dispute)
blueprint.add_url_rule(f"{_DISPUTE}/evidence", view_func=dispute_desk.write_evidence, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/files", view_func=dispute_desk.add_file, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/invoices", view_func=dispute_invoices.add_invoices, methods=["POST"])
blueprint.add_url_rule(_DISPUTE_FILE, view_func=dispute_desk.dispute_file)
blueprint.add_url_rule(f"{_DISPUTE_FILE}/choose", view_func=dispute_desk.choose_file, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/submit", view_func=dispute_desk.submit_evidence)
blueprint.add_url_rule(f"{_DISPUTE}/submit", view_func=dispute_desk.send_evidence, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/accept", view_func=dispute_desk.accept_dispute)
blueprint.add_url_rule(f"{_DISPUTE}/accept", view_func=dispute_desk.give_up_dispute, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/shares", view_func=dispute_desk.reassign_dispute, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/dismiss", view_func=dispute_desk.dismiss_warning, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/take-back/choose", view_func=taking_back.choose_take_back, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/take-back/leave", view_func=taking_back.leave_take_back, methods=["POST"])
blueprint.add_url_rule(f"{_DISPUTE}/take-back", view_func=taking_back.take_back_lost, methods=["POST"])
blueprint.add_url_rule("/admin/refunds/<number>/take-back", view_func=taking_back.take_back_refunded, methods=["POST"])
blueprint.add_url_rule("/admin/orders/<number>/refund", view_func=refund_starting.new_refund)
blueprint.add_url_rule("/admin/orders/<number>/refund", view_func=refund_starting.start_refund, methods=["POST"])
blueprint.add_url_rule("/admin/payouts", view_func=payouts.payouts)
blueprint.add_url_rule("/admin/payouts/next", view_func=payouts.next_payouts)
blueprint.add_url_rule("/admin/payouts/next/run", view_func=payouts.run_payouts, methods=["POST"])
blueprint.add_url_rule("/admin/payouts/<number>", view_func=payouts.payout)
blueprint.add_url_rule("/admin/payouts/<number>/retry", view_func=payout_deciding.retry_payout, methods=["POST"])
blueprint.add_url_rule("/admin/payouts/<number>/resend", view_func=payout_deciding.resend_payout, methods=["POST"])
blueprint.add_url_rule("/admin/payouts/<number>/cancel", view_func=payout_deciding.cancel_payout, methods=["POST"])
_OF_SELLER = "/admin/payouts/sellers/<int(max=9223372036854775807):seller_id>"
blueprint.add_url_rule(_OF_SELLER, view_func=payout_seller.payouts_of_seller)
blueprint.add_url_rule(f"{_OF_SELLER}/stop", view_func=payout_seller.stop_payouts, methods=["POST"])
blueprint.add_url_rule(f"{_OF_SELLER}/lift", view_func=payout_seller.lift_payout_stop, methods=["POST"])
_RECONCILIATION = "/admin/reconciliation"
blueprint.add_url_rule(_RECONCILIATION, view_func=reconciliation.reconciliation)
blueprint.add_url_rule(f"{_RECONCILIATION}/run", view_func=reconciliation.start_reconciliation, methods=["POST"])
blueprint.add_url_rule(f"{_RECONCILIATION}/runs", view_func=reconciliation.reconciliation_runs)
blueprint.add_url_rule(f"{_RECONCILIATION}/lines", view_func=reconciliation_lines.reconciliation_lines)
_BREAK = f"{_RECONCILIATION}/<number>"
blueprint.add_url_rule(_BREAK, view_func=reconciliation_break.reconciliation_break)
blueprint.add_url_rule(f"{_BREAK}/reread", view_func=reconciliation_break.reread_break, methods=["POST"])
blueprint.add_url_rule(f"{_BREAK}/correct", view_func=reconciliation_break.correct_break, methods=["POST"])
blueprint.add_url_rule(f"{_BREAK}/explain", view_func=reconciliation_break.explain_break, methods=["POST"])
blueprint.add_url_rule("/admin/reports", view_func=reports.reports)
_REPORT = "/admin/reports/<int(max=9223372036854775807):report_id>"
blueprint.add_url_rule(_REPORT, view_func=reports.report)
blueprint.add_url_rule(f"{_REPORT}/decide", view_func=reports.decide_report, methods=["POST"])
_CONVERSATION = "/admin/conversations/<int(max=9223372036854775807):conversation_id>"
blueprint.add_url_rule(_CONVERSATION, view_func=reported.conversation)
blueprint.add_url_rule(
    f"{_CONVERSATION}/files/<int(max=9223372036854775807):file_id>", view_func=reported.conversation_file
)
_WRITER = "/admin/users/<int(max=9223372036854775807):user_id>/writing"
blueprint.add_url_rule(f"{_WRITER}/stop", view_func=reports.stop_writer, methods=["POST"])
blueprint.add_url_rule(f"{_WRITER}/lift", view_func=reports.lift_stop, methods=["POST"])
_SUSPENSION = "/admin/users/<int(max=9223372036854775807):user_id>/suspension/<side>"
blueprint.add_url_rule(_SUSPENSION, view_func=suspensions.suspend, methods=["POST"])
blueprint.add_url_rule(f"{_SUSPENSION}/lift", view_func=suspensions.lift_suspension, methods=["POST"])
_TRANSFERS, _NUMBER = "/admin/bank-transfers", "<int(max=9223372036854775807):transfer_id>"
blueprint.add_url_rule(_TRANSFERS, view_func=transfers.transfers)
blueprint.add_url_rule(f"{_TRANSFERS}/record", view_func=transfer_recording.record_transfer)
blueprint.add_url_rule(f"{_TRANSFERS}/record", view_func=transfer_recording.keep_transfer_line, methods=["POST"])
blueprint.add_url_rule(f"{_TRANSFERS}/import", view_func=transfer_recording.import_transfers, methods=["POST"])
blueprint.add_url_rule(f"{_TRANSFERS}/{_NUMBER}", view_func=transfers.transfer)
for _deed in ("confirm", "match", "keep", "return", "strike"):
    blueprint.add_url_rule(
        f"{_TRANSFERS}/{_NUMBER}/{_deed}", view_func=getattr(transfers, f"{_deed}_transfer"), methods=["POST"]
    )
_OUTGOING = f"{_TRANSFERS}/outgoing"
blueprint.add_url_rule(_OUTGOING, view_func=outgoing_transfers.outgoing_transfers)
blueprint.add_url_rule(f"{_OUTGOING}/{_NUMBER}", view_func=outgoing_transfers.outgoing_transfer)
blueprint.add_url_rule(f"{_OUTGOING}/{_NUMBER}/sent", view_func=outgoing_transfers.transfer_sent, methods=["POST"])
blueprint.add_url_rule(f"{_OUTGOING}/{_NUMBER}/failed", view_func=outgoing_transfers.transfer_failed, methods=["POST"])
blueprint.add_url_rule(
    f"{_OUTGOING}/{_NUMBER}/account", view_func=outgoing_transfers.name_transfer_account, methods=["POST"]
)
blueprint.add_url_rule(
    f"{_OUTGOING}/file/<string(length=3):currency>", view_func=outgoing_transfers.make_transfer_file, methods=["POST"]
)
blueprint.add_url_rule(
    f"{_TRANSFERS}/files/<int(max=9223372036854775807):file_id>", view_func=outgoing_transfers.transfer_file
)
