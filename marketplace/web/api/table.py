"""Everything that programs can ask, in the order of the document (S2.6, S2.9, S2.13, S2.15, S2.24)."""

from collections.abc import Mapping

from marketplace.language import Text
from marketplace.web.api import (
    basket,
    basket_shapes,
    buying,
    credit_deeds,
    discounts,
    invoices,
    methods,
    order_deeds,
    orders,
    payment_deeds,
    payments,
    refund_deeds,
    refunds,
    wallets,
)
from marketplace.web.api import credit_shapes as credit
from marketplace.web.api import method_shapes as saved
from marketplace.web.api import order_shapes as order
from marketplace.web.api import paper_shapes as paper
from marketplace.web.api import payment_shapes as payment
from marketplace.web.api import refund_shapes as refund
from marketplace.web.api import wallet_shapes as wallet
from marketplace.web.api.operation import Operation
from marketplace.web.api.shapes import Empty, Paged

BASKET, ORDERS, PAYMENTS, REFUNDS = "basket", "orders", "payments", "refunds"
INVOICES, DISCOUNTS, WALLETS, CREDITS = "invoices", "discounts", "wallets", "credits"
GROUPS: Mapping[str, str] = {
    BASKET: Text("Basket"),
    ORDERS: Text("Orders"),
    PAYMENTS: Text("Payments"),
    REFUNDS: Text("Refunds"),
    INVOICES: Text("Invoices"),
    DISCOUNTS: Text("Discounts"),
    WALLETS: Text("Wallets"),
    CREDITS: Text("Credits"),
}
_LINE = "<line_id>"
_PAYMENT = "<int(max=9223372036854775807):payment_id>"
_FOREIGN = Text("There is none, or it is not yours.")
_ROLE = Text("It is yours, but not for you to do, or your token may only read.")
_METHOD = "<method_id>"
_LISTS = {403: Text("The list belongs to another role.")}
_ONE = {404: _FOREIGN}
_NOT_NOW = Text("Not as things stand: the detail says why.")
_DEED = {403: _ROLE, 404: _FOREIGN, 409: _NOT_NOW}
_NO_PAGE = Text("A price, the stock or the total has changed, or the payment provider does not answer.")
_SIGN = Text("For admins only.")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "basket", "GET", "/basket/", BASKET, Text("Read your basket"), basket.basket, basket_shapes.Basket, {},
        query=basket_shapes.BasketAsked, more=Text("As it would be bought now; each currency is bought by itself."),
    ),
    Operation(
        "add_line", "POST", "/basket/lines/", BASKET, Text("Put something in your basket"), basket.add,
        basket_shapes.Basket, _DEED, body=basket_shapes.NewLine, code=201,
        more=Text("On top of what it holds of it already, and as many as there are."),
    ),
    Operation(
        "change_line", "PATCH", f"/basket/lines/{_LINE}/", BASKET, Text("Say how many of it you want"), basket.change,
        basket_shapes.Basket, _DEED, body=basket_shapes.Units,
    ),
    Operation(
        "remove_line", "DELETE", f"/basket/lines/{_LINE}/", BASKET, Text("Take something out of your basket"),
        basket.remove, basket_shapes.Basket, _DEED,
    ),
    Operation(
        "orders", "GET", "/orders/", ORDERS, Text("List your orders"), orders.orders, order.Orders, _LISTS,
        query=order.OrdersAsked,
    ),
    Operation(
        "create_order", "POST", "/orders/", ORDERS, Text("Buy what is in your basket"), buying.buy, order.Bought,
        {403: Text("Your token may only read."), 404: Text("There is no such address in your book."), 409: _NO_PAGE},
        body=order.NewOrder, code=201, takes_key=True,
        more=Text(
            "Agrees to the basket's part in one currency, as the checkout does, and answers the address of the payment "
            "page. Each seller's part becomes one order."
        ),
    ),
    Operation(
        "order", "GET", "/orders/<number>/", ORDERS, Text("Read one order"), orders.order, order.WholeOrder, _ONE
    ),
    Operation(
        "change_order", "PATCH", "/orders/<number>/", ORDERS, Text("Keep your note about an order"),
        orders.keep_notes, order.WholeOrder, _DEED, body=order.Notes,
        more=Text("Its seller's own note is all that can change: what was agreed stays."),
    ),
    Operation(
        "replace_order", "PUT", "/orders/<number>/", ORDERS, Text("Replace what can change of an order"),
        orders.keep_notes, order.WholeOrder, _DEED, body=order.Notes, more=Text("The same as PATCH."),
    ),
    Operation(
        "delete_order", "DELETE", "/orders/<number>/", ORDERS, Text("Give an unpaid order up"), order_deeds.delete,
        order.WholeOrder, _DEED,
        more=Text("Cancels it with all of its purchase. Nothing with money in it is ever deleted: 409."),
    ),
    Operation(
        "confirm_order", "POST", "/orders/<number>/confirm/", ORDERS, Text("See that an order is confirmed"),
        order_deeds.confirm, order.WholeOrder, _DEED, body=Empty,
        more=Text(
            "Its payment confirms an order by itself. This asks the payment provider where its word is late, and "
            "answers 409 while nobody has paid."
        ),
    ),
    Operation(
        "ship_order", "POST", "/orders/<number>/ship/", ORDERS, Text("Say how an order was sent"), order_deeds.ship,
        order.WholeOrder, _DEED, body=order.Shipping, more=Text("For its seller."),
    ),
    Operation(
        "deliver_order", "POST", "/orders/<number>/deliver/", ORDERS, Text("Say that an order has arrived"),
        order_deeds.deliver, order.WholeOrder, _DEED, body=Empty, more=Text("For its buyer, or its seller."),
    ),
    Operation(
        "cancel_order", "POST", "/orders/<number>/cancel/", ORDERS, Text("Cancel an order"), order_deeds.cancel,
        order.WholeOrder, _DEED, body=order.Cancelling,
        more=Text("While it is not paid, with all of its purchase; once paid, until it is sent: its money goes back."),
    ),
    Operation(
        "payments", "GET", "/payments/", PAYMENTS, Text("List your payments"), payments.payments, payment.Payments, {},
        query=payment.PaymentsAsked, more=Text("Every attempt to pay, from the moment the payment page was opened."),
    ),
    Operation(
        "create_payment", "POST", "/payments/", PAYMENTS, Text("Pay an unpaid order"), payment_deeds.begin,
        order.Bought, _DEED, body=payment.NewPayment, code=201,
        more=Text("Answers the payment page that is open, or opens a new one."),
    ),
    Operation(
        "payment_methods", "GET", "/payments/methods/", PAYMENTS, Text("List your saved cards"), methods.methods,
        saved.Methods, {}, more=Text("The default first, and what was removed: payments made with it stay linked."),
    ),
    Operation(
        "add_payment_method", "POST", "/payments/methods/", PAYMENTS, Text("Save a card"), methods.add, saved.Adding,
        {403: Text("Your token may only read."), 409: _NOT_NOW}, body=saved.NewMethod, code=201,
        more=Text("Answers the payment provider's page on which it is saved. Nothing is charged."),
    ),
    Operation(
        "payment_method", "GET", f"/payments/methods/{_METHOD}/", PAYMENTS, Text("Read one saved card"),
        methods.method, saved.Method, _ONE,
    ),
    Operation(
        "change_payment_method", "PUT", f"/payments/methods/{_METHOD}/", PAYMENTS,
        Text("Keep something with a saved card"), methods.change, saved.Method, _DEED, body=saved.MethodChange,
        more=Text("Brand, digits and date are the payment provider's and follow it."),
    ),
    Operation(
        "remove_payment_method", "DELETE", f"/payments/methods/{_METHOD}/", PAYMENTS, Text("Remove a saved card"),
        methods.remove, saved.Method, _DEED,
        more=Text("It can't be paid with any more. What was paid with it stays, and so does its row."),
    ),
    Operation(
        "set_default_payment_method", "POST", f"/payments/methods/{_METHOD}/set-default/", PAYMENTS,
        Text("Let payment pages begin with a saved card"), methods.set_default, saved.Method, _DEED, body=Empty,
        more=Text("Answers 409 for one that is removed or has expired."),
    ),
    Operation(
        "payment_stats", "GET", "/payments/stats/", PAYMENTS, Text("Read what you have paid in all"), payments.stats,
        payment.PaymentStats, {},
    ),
    Operation(
        "verify_payment", "POST", "/payments/verify/", PAYMENTS, Text("Check a payment by the id of its page"),
        payment_deeds.verify_session, payment.Verified, _DEED, body=payment.Verifying,
        more=Text("Asks the payment provider and puts its answer into the books."),
    ),
    Operation(
        "payment", "GET", f"/payments/{_PAYMENT}/", PAYMENTS, Text("Read one payment"), payments.payment,
        payment.Payment, _ONE, more=Text("Ids of the provider's are told by their last letters."),
    ),
    Operation(
        "payment_status", "GET", f"/payments/{_PAYMENT}/status/", PAYMENTS, Text("Read how a payment stands"),
        payments.status, payment.PaymentState, _ONE,
    ),
    Operation(
        "process_payment", "POST", f"/payments/{_PAYMENT}/process/", PAYMENTS, Text("Go on paying"),
        payment_deeds.process, order.Bought, _DEED, body=Empty,
        more=Text("Answers the payment page on which it is made; cards are typed there and nowhere else."),
    ),
    Operation(
        "retry_payment", "POST", f"/payments/{_PAYMENT}/retry/", PAYMENTS, Text("Try a payment again"),
        payment_deeds.retry, order.Bought, _DEED, body=Empty, code=201,
        more=Text("Closes the old page and makes a new payment for the same purchase, so that nobody pays on both."),
    ),
    Operation(
        "cancel_payment", "POST", f"/payments/{_PAYMENT}/cancel/", PAYMENTS, Text("Cancel a payment"),
        payment_deeds.cancel, payment.PaymentState, _DEED, body=Empty,
        more=Text("While nobody has made it. The order waits for another one."),
    ),
    Operation(
        "check_payment", "POST", f"/payments/{_PAYMENT}/verify/", PAYMENTS, Text("Check a payment"),
        payment_deeds.verify, payment.Verified, _DEED, body=Empty,
        more=Text("Asks the payment provider and puts its answer into the books."),
    ),
    Operation(
        "refunds", "GET", "/refunds/", REFUNDS, Text("List refunds"), refunds.refunds, refund.Refunds, _LISTS,
        query=refund.RefundsAsked,
    ),
    Operation(
        "create_refund", "POST", "/refunds/", REFUNDS, Text("Ask for a refund"), refunds.request, refund.Refund, _DEED,
        body=refund.NewRefund, code=201, takes_key=True,
        more=Text("An admin answers within 2 working days; meanwhile the seller is not paid for the order."),
    ),
    Operation(
        "refund", "GET", "/refunds/<number>/", REFUNDS, Text("Read one refund"), refunds.refund, refund.Refund, _ONE
    ),
    Operation(
        "refund_plan", "GET", "/refunds/<number>/plan/", REFUNDS, Text("See who would give what"), refund_deeds.plan,
        refund.Plan, _DEED | {403: _SIGN}, query=refund.PlanAsked,
        more=Text("For admins. The mark in plan approves just this, and nothing once the money has moved."),
    ),
    Operation(
        "approve_refund", "POST", "/refunds/<number>/approve/", REFUNDS, Text("Approve a refund"),
        refund_deeds.approve, refund.Refund, _DEED, body=refund.Approval,
        more=Text("For admins. A large one waits for a second admin, and is sent then."),
    ),
    Operation(
        "reject_refund", "POST", "/refunds/<number>/reject/", REFUNDS, Text("Reject a refund"), refund_deeds.reject,
        refund.Refund, _DEED, body=refund.Rejection, more=Text("For admins."),
    ),
    Operation(
        "complete_refund", "POST", "/refunds/<number>/complete/", REFUNDS, Text("See that a refund is complete"),
        refund_deeds.complete, refund.Refund, _DEED, body=Empty,
        more=Text("For admins. The payment provider completes a refund; before, this answers 409."),
    ),
    Operation(
        "invoices", "GET", "/invoices/", INVOICES, Text("List invoices"), invoices.invoices, paper.Invoices, _LISTS,
        query=paper.InvoicesAsked,
    ),
    Operation(
        "invoice", "GET", "/invoices/<number>/", INVOICES, Text("Read one invoice"), invoices.invoice, paper.Invoice,
        _ONE,
    ),
    Operation(
        "send_invoice", "POST", "/invoices/<number>/send/", INVOICES, Text("Hand an invoice over"),
        invoices.send_invoice, paper.Invoice, _DEED, body=Empty,
        more=Text("For who has made it; its PDF goes by mail."),
    ),
    Operation(
        "discounts", "GET", "/discounts/", DISCOUNTS, Text("List the codes that can be used today"),
        discounts.discounts, paper.Discounts, _LISTS, query=Paged, more=Text("For sellers and admins."),
    ),
    Operation(
        "validate_code", "POST", "/discounts/validate/", DISCOUNTS, Text("See what a code would take off"),
        discounts.validate_code, paper.Verdict, {}, body=paper.CodeTyped, more=Text("Your basket stays as it is."),
    ),
    Operation(
        "apply_code", "POST", "/discounts/apply/", DISCOUNTS, Text("Enter a code"), discounts.apply_code,
        paper.Verdict, {}, body=paper.CodeTyped, more=Text("For your basket, if it takes something off there."),
    ),
    Operation(
        "my_wallet", "GET", "/wallets/my_wallet/", WALLETS, Text("Read your wallet"), wallets.my_wallet,
        wallet.Wallet, {}, query=wallet.WalletAsked,
    ),
    Operation(
        "wallet", "GET", "/wallets/<int(max=9223372036854775807):wallet_id>/", WALLETS,
        Text("Read a wallet by its number"), wallets.wallet, wallet.Wallet, _ONE, query=wallet.WalletAsked,
        more=Text("A wallet has its owner's number. You find your own only."),
    ),
    Operation(
        "credit_packages", "GET", "/credits/packages/", CREDITS, Text("List packages of credits"),
        credit_deeds.packages, credit.CreditPackages, {}, more=Text("Also how many credits you hold."),
    ),
    Operation(
        "checkout_package", "POST", "/credits/checkout/package/", CREDITS, Text("Buy a package of credits"),
        credit_deeds.checkout_package, credit.PackageCheckout,
        {403: Text("Your token may only read."), 404: Text("There is no such package of credits."), 409: _NO_PAGE},
        body=credit.NewPackage, code=201, takes_key=True,
        more=Text(
            "Answers the address of the payment page. Its payment is checked like any other, and adds the credits once."
        ),
    ),
)  # fmt: skip
