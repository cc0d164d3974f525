"""Who may do what: one line per route and method, read by test_authorisation. A route without a line fails the build.

Columns: the answer to a visitor; to the buyer the object belongs to (own) and to another buyer (foreign); to the
seller it belongs to and to another seller; to an admin; for an object that does not exist (missing), and for an
address that cannot name one (broken). POSTs send an empty form with a valid token, or what `FORMS` names.

    200, 204    let in
    go          303 to where the deed leads
    in          303 to /login?next=, the answer to a visitor wherever somebody must be known
    401         the answer to a visitor where a program asks, as JSON
    403         the wrong role, whatever the object; nothing is said about whether it exists
    404         not yours, or not there: the same answer
    422         let in; the empty form is refused
    400         let in; the message is not signed
    kept        303 back to the basket, which says that the line is not in it; nothing changes
    -           there is nothing of the kind
"""

from dataclasses import dataclass

_TABLE = """
method route                                      visitor own  foreign seller other  admin missing broken
GET    /static/<filename>                          200    200  200     200    200    200   404     404
GET    /static/css/all.css                         200    200  200     200    200    200   -       -
GET    /                                           200    200  200     200    200    200   -       -
GET    /l                                          200    200  200     200    200    200   -       -
GET    /l/<slug>                                   200    200  200     200    200    200   404     404
GET    /s/<slug>                                   200    200  200     200    200    200   404     404
GET    /auctions                                   200    200  200     200    200    200   -       -
GET    /auctions/<auction_id>                      200    200  200     200    200    200   404     404
POST   /auctions/<auction_id>/bid                  in     422  422     422    422    422   404     404
GET    /media/<file_name>                          200    200  200     200    200    200   404     404
GET    /sitemap.xml                                200    200  200     200    200    200   -       -
GET    /robots.txt                                 200    200  200     200    200    200   -       -
GET    /saved                                      in     200  200     200    200    200   -       -
POST   /saved/change                               in     go   go      go     go     go    -       -
GET    /saved/add                                  in     go   go      go     go     go    -       -
GET    /saved/searches                             in     200  200     200    200    200   -       -
GET    /saved/searches/new                         in     200  200     200    200    200   -       -
POST   /saved/searches/save                        in     422  422     422    422    422   -       -
POST   /saved/searches/<search_id>/remove          in     go   404     404    404    404   404     404
POST   /filters/save                               in     404  404     404    404    404   -       -
POST   /filters/<filter_id>/remove                 in     404  404     go     404    404   404     404
GET    /patterns                                   200    200  200     200    200    200   -       -
GET    /healthz                                    200    200  200     200    200    200   -       -
GET    /readyz                                     200    200  200     200    200    200   -       -
GET    /metrics                                    404    404  404     404    404    200   -       -

GET    /login                                      200    go   go      go     go     go    -       -
POST   /login                                      422    422  422     422    422    422   -       -
GET    /login/code                                 in     in   in      in     in     in    -       -
POST   /login/code                                 in     in   in      in     in     in    -       -
GET    /passkey                                    in     in   in      in     in     in    -       -
POST   /passkey                                    in     in   in      in     in     in    -       -
POST   /passkey/begin                              go     go   go      go     go     go    -       -
GET    /register                                   200    200  200     200    200    200   -       -
POST   /register                                   422    422  422     422    422    422   -       -
GET    /reset                                      200    200  200     200    200    200   -       -
POST   /reset                                      422    422  422     422    422    422   -       -
GET    /reset/sent                                 200    200  200     200    200    200   -       -
GET    /reset/new                                  404    404  404     404    404    404   -       -
POST   /reset/new                                  404    404  404     404    404    404   -       -
GET    /reset/<token>                              go     go   go      go     go     go    go      go
GET    /account/email                              in     200  200     200    200    200   -       -
POST   /account/email                              in     422  422     422    422    422   -       -
GET    /email/confirm                              404    404  404     404    404    404   -       -
POST   /email/confirm                              404    404  404     404    404    404   -       -
GET    /email/<token>                              go     go   go      go     go     go    go      go
GET    /verify                                     in     200  200     200    200    200   -       -
POST   /verify                                     in     go   go      go     go     go    -       -
GET    /verify/confirm                             404    404  404     404    404    404   -       -
POST   /verify/confirm                             404    404  404     404    404    404   -       -
GET    /verify/<token>                             go     go   go      go     go     go    go      go
POST   /logout                                     go     go   go      go     go     go    -       -
POST   /demo/time                                  in     422  422     422    422    422   -       -
GET    /account/security                           in     200  200     200    200    200   -       -
POST   /account/security                           in     422  422     422    422    422   -       -
GET    /account/security/two-step                  in     200  200     200    200    200   -       -
GET    /account/security/two-step/begin            in     200  200     200    200    200   -       -
POST   /account/security/two-step/begin            in     422  422     422    422    422   -       -
GET    /account/security/two-step/app              in     go   go      go     go     go    -       -
POST   /account/security/two-step/app              in     go   go      go     go     go    -       -
GET    /account/security/two-step/codes            in     go   go      go     go     go    -       -
POST   /account/security/two-step/codes            in     go   go      go     go     go    -       -
GET    /account/security/two-step/off              in     go   go      go     go     go    -       -
POST   /account/security/two-step/off              in     go   go      go     go     go    -       -
GET    /account/security/passkeys/new              in     200  200     200    200    200   -       -
POST   /account/security/passkeys/new              in     422  422     422    422    422   -       -
GET    /account/security/passkeys/create           in     go   go      go     go     go    -       -
POST   /account/security/passkeys/create           in     go   go      go     go     go    -       -
GET    /account/security/passkeys/<passkey_id>/remove in     200  404     404    404    404   404     404
POST   /account/security/passkeys/<passkey_id>/remove in     422  404     404    404    404   404     404
GET    /account/notifications                      in     200  200     200    200    200   -       -
POST   /account/notifications                      in     go   go      go     go     go    -       -
GET    /unsubscribe/<token>                        200    200  200     200    200    200   404     404
POST   /unsubscribe/<token>                        200    200  200     200    200    200   404     404
GET    /dev/mail                                   200    200  200     200    200    200   -       -
GET    /dev/mail/<name>                            200    200  200     200    200    200   404     404
GET    /dev/mail/<name>/html                       200    200  200     200    200    200   404     404
GET    /dev/mail/<name>/files/<place>              200    200  200     200    200    200   404     404
GET    /account/time-zone                          in     200  200     200    200    200   -       -
GET    /language                                  200    200  200     200    200    200   -       -
POST   /language                                  go     go   go      go     go     go    -       -
POST   /account/time-zone                          in     go   go      go     go     go    -       -
GET    /account/addresses                          in     200  200     200    200    200   -       -
GET    /account/addresses/new                      in     200  200     200    200    200   -       -
POST   /account/addresses/add                      in     422  422     422    422    422   -       -
GET    /account/addresses/<address_id>             in     200  404     404    404    404   404     404
POST   /account/addresses/<address_id>/save        in     422  404     404    404    404   404     404
POST   /account/addresses/<address_id>/remove      in     go   404     404    404    404   404     404
GET    /account/tokens                             in     200  200     200    200    200   -       -
POST   /account/tokens/make                        in     422  422     422    422    422   -       -
POST   /account/tokens/<token_id>/revoke           in     go   404     404    404    404   404     404
POST   /account/security/devices/<session_id>/sign-out in go   404     404    404    404   404     404
POST   /account/security/sign-out-others           in     go   go      go     go     go    -       -
GET    /sell                                       in     200  200     go     go     200   -       -
POST   /sell                                       in     422  422     go     go     422   -       -

GET    /basket                                     200    200  200     200    200    200   -       -
POST   /basket/add                                 go     go   go      go     go     go    -       -
POST   /basket/country                             go     go   go      go     go     go    -       -
POST   /basket/code                                go     go   go      go     go     go    -       -
POST   /basket/code/forget                         go     go   go      go     go     go    -       -
POST   /basket/<line_id>/quantity                  kept   go   kept    kept   kept   kept  kept    404
POST   /basket/<line_id>/remove                    kept   go   kept    kept   kept   kept  kept    404
POST   /basket/continue/<currency>                 go     go   go      go     go     go    go      404
GET    /checkout/<currency>                        in     200  200     go     go     go    go      404
POST   /checkout/<currency>                        in     422  422     go     go     go    go      404
POST   /checkout/<currency>/address                in     200  200     go     go     go    go      404
GET    /checkout/auction/<auction_id>              in     200  404     404    404    404   404     404
POST   /checkout/auction/<auction_id>              in     422  404     404    404    404   404     404
POST   /checkout/auction/<auction_id>/address      in     200  404     404    404    404   404     404
POST   /checkout/retry/<purchase_id>               in     go   404     404    404    404   404     404
GET    /checkout/return/<payment_id>               in     200  404     404    404    404   404     404
GET    /checkout/return/<payment_id>/state         in     204  404     404    404    404   404     404
POST   /checkout/return/<payment_id>/verify        in     go   404     404    404    404   404     404
GET    /checkout/cancelled/<payment_id>            in     go   404     404    404    404   404     404
GET    /checkout/transfer/<payment_id>             in     200  404     404    404    404   404     404

GET    /account                                    in     200  200     200    200    200   -       -
GET    /account/statistics                         in     200  200     200    200    200   -       -
GET    /account/explain/<figure>/<currency>        in     200  200     200    200    200   404     404
GET    /credits                                   in     200  200     200    200    200   -       -
POST   /credits/buy                               in     go   go      go     go     go    -       -
GET    /credits/explain                           in     200  200     200    200    200   -       -
GET    /credits/movements/<movement_id>           in     200  404     404    404    404   404     404
POST   /credits/retry/<payment_id>                in     go   404     404    404    404   404     404
GET    /credits/return/<payment_id>               in     200  404     404    404    404   404     404
GET    /credits/return/<payment_id>/state         in     204  404     404    404    404   404     404
POST   /credits/return/<payment_id>/verify        in     go   404     404    404    404   404     404
GET    /credits/cancelled/<payment_id>            in     go   404     404    404    404   404     404
GET    /account/bids                               in     200  200     200    200    200   -       -
GET    /wallet                                     in     200  200     200    200    200   -       -
GET    /wallet/explain/<figure>/<currency>         in     200  200     200    200    200   404     404
GET    /orders                                     in     200  200     200    200    200   -       -
GET    /orders/<number>                            in     200  404     404    404    404   404     404
GET    /orders/<number>/explain/<figure>           in     200  404     404    404    404   404     404
POST   /orders/<number>/again                      in     go   404     404    404    404   404     404
GET    /orders/<number>/received                   in     go   404     404    404    404   404     404
POST   /orders/<number>/received                   in     go   404     404    404    404   404     404
GET    /orders/<number>/cancel                     in     200  404     404    404    404   404     404
POST   /orders/<number>/cancel                     in     422  404     404    404    404   404     404
GET    /orders/<number>/refund/new                 in     200  404     404    404    404   404     404
POST   /orders/<number>/refund/new                 in     422  404     404    404    404   404     404
GET    /refunds                                    in     200  200     200    200    200   -       -
GET    /refunds/<number>                           in     200  404     404    404    404   404     404
POST   /refunds/<number>/pictures                  in     422  404     404    404    404   404     404
POST   /refunds/<number>/pictures/<picture_id>/remove in  go   404     404    404    404   404     404
GET    /refunds/<number>/pictures/<picture_id>     in     200  404     404    404    404   404     404
GET    /refunds/<number>/explain/<figure>          in     200  404     404    404    404   404     404
GET    /account/methods                            in     200  200     200    200    200   -       -
POST   /account/methods                            in     go   go      go     go     go    -       -
GET    /account/methods/added                      in     404  404     404    404    404   -       -
POST   /account/methods/<method_id>/default        in     go   404     404    404    404   404     404
GET    /account/methods/<method_id>/remove         in     200  404     404    404    404   404     404
POST   /account/methods/<method_id>/removal        in     go   404     404    404    404   404     404
GET    /account/payments                           in     200  200     200    200    200   -       -
GET    /account/payments/<payment_id>              in     200  404     404    404    404   404     404
GET    /account/payments/<payment_id>/explain/<figure> in 200  404     404    404    404   404     404
GET    /invoices                                   in     200  200     200    200    200   -       -
GET    /invoices/<number>                          in     200  404     404    404    404   404     404
GET    /invoices/<number>/pdf                      in     200  404     404    404    404   404     404
GET    /live                                       in     204  204     204    204    204   -       -
GET    /notifications                              in     200  200     200    200    200   -       -
POST   /notifications/read                         in     go   go      go     go     go    -       -
POST   /notifications/<notification_id>/read       in     go   404     404    404    404   404     404

GET    /s/<slug>/reviews                           200    200  200     200    200    200   404     404
GET    /reviews/<review_id>                        200    200  200     200    200    200   404     404
POST   /reviews/<review_id>/answer                 in     404  404     422    404    404   404     404
GET    /reviews/<review_id>/report                 in     200  200     200    200    200   404     404
POST   /reviews/<review_id>/report/send            in     422  422     422    422    422   404     404
GET    /orders/lines/<order_line_id>/review        in     200  404     404    404    404   404     404
POST   /orders/lines/<order_line_id>/review/send   in     422  404     404    404    404   404     404
GET    /messages                                   in     200  200     200    200    200   -       -
GET    /messages/<conversation_id>                 in     200  404     200    404    404   404     404
POST   /messages/<conversation_id>/write           in     422  404     422    404    404   404     404
GET    /messages/<conversation_id>/files/<file_id> in     200  404     200    404    404   404     404
GET    /messages/<conversation_id>/report          in     200  404     200    404    404   404     404
POST   /messages/<conversation_id>/report/send     in     422  404     422    404    404   404     404
GET    /messages/<conversation_id>/block           in     200  404     200    404    404   404     404
POST   /messages/<conversation_id>/block/confirm   in     go   404     go     404    404   404     404
POST   /messages/<conversation_id>/unblock         in     go   404     go     404    404   404     404
GET    /account/blocked                            in     200  200     200    200    200   -       -
GET    /messages/order/<number>                    in     go   404     go     404    404   404     404
POST   /messages/order/<number>                    in     422  404     422    404    404   404     404
GET    /messages/listing/<slug>                    in     200  200     go     200    200   404     404
POST   /messages/listing/<slug>                    in     422  422     go     422    422   404     404

GET    /seller                                     in     403  403     200    200    403   -       -
GET    /seller/orders                              in     403  403     200    200    403   -       -
GET    /seller/orders/<number>                     in     403  403     200    404    403   404     404
GET    /seller/orders/<number>/explain/<figure>    in     403  403     200    404    403   404     404
POST   /seller/orders/<number>/ship                in     403  403     go     404    403   404     404
POST   /seller/orders/<number>/delivered           in     403  403     go     404    403   404     404
POST   /seller/orders/<number>/parcels             in     403  403     go     404    403   404     404
POST   /seller/orders/<number>/note                in     403  403     go     404    403   404     404
GET    /seller/orders/send                         in     403  403     go     go     403   -       -
POST   /seller/orders/send                         in     403  403     go     go     403   -       -
POST   /seller/orders/arrived                      in     403  403     go     go     403   -       -
GET    /seller/orders/packing-slips                in     403  403     404    404    403   -       -
GET    /seller/orders/<number>/cancel              in     403  403     200    404    403   404     404
POST   /seller/orders/<number>/cancel              in     403  403     422    404    403   404     404
GET    /seller/listings                            in     403  403     200    200    403   -       -
GET    /seller/listings/export                     in     403  403     200    200    403   -       -
GET    /seller/listings/import                     in     403  403     200    200    403   -       -
POST   /seller/listings/import                     in     403  403     422    422    403   -       -
GET    /seller/listings/import/<import_id>         in     403  403     200    404    403   404     404
POST   /seller/listings/several                    in     403  403     go     go     403   -       -
GET    /seller/listings/new                        in     403  403     200    200    403   -       -
GET    /seller/listings/new/<kind>                 in     403  403     200    200    403   404     404
POST   /seller/listings/new/<kind>                 in     403  403     422    422    403   404     404
POST   /seller/listings/text                       in     403  403     422    422    403   -       -
POST   /seller/listings/text/drop                  in     403  403     go     go     403   -       -
GET    /seller/listings/<listing_id>/edit          in     403  403     200    404    403   404     404
POST   /seller/listings/<listing_id>/edit          in     403  403     422    404    403   404     404
GET    /seller/listings/<listing_id>/promote      in     403  403     200    404    403   404     404
POST   /seller/listings/<listing_id>/promote      in     403  403     422    404    403   404     404
GET    /seller/listings/<listing_id>/preview       in     403  403     go     404    403   404     404
GET    /seller/listings/<listing_id>/pictures      in     403  403     200    404    403   404     404
POST   /seller/listings/<listing_id>/pictures      in     403  403     422    404    403   404     404
POST   /seller/listings/<listing_id>/pictures/arrange in  403  403     go     404    403   404     404
GET    /seller/listings/<listing_id>/variants      in     403  403     200    404    403   404     404
POST   /seller/listings/<listing_id>/variants      in     403  403     422    404    403   404     404
POST   /seller/listings/<listing_id>/variants/several in   403  403     go     404    403   404     404
POST   /seller/listings/<listing_id>/variants/drop in      403  403     go     404    403   404     404
POST   /seller/listings/<listing_id>/price-and-stock in   403  403     go     404    403   404     404
POST   /seller/listings/<listing_id>/copy          in     403  403     go     404    403   404     404
POST   /seller/listings/<listing_id>/publish       in     403  403     go     404    403   404     404
POST   /seller/listings/<listing_id>/pause         in     403  403     go     404    403   404     404
POST   /seller/listings/<listing_id>/delivery      in     403  403     go     404    403   404     404
GET    /seller/taxes                               in     403  403     200    200    403   -       -
POST   /seller/taxes                               in     403  403     422    422    403   -       -
POST   /seller/taxes/end                           in     403  403     422    422    403   -       -
POST   /seller/taxes/<rate_id>/keep-on             in     403  403     go     404    403   404     404
POST   /seller/taxes/mode                          in     403  403     go     go     403   -       -
POST   /seller/taxes/<rate_id>/remove              in     403  403     go     404    403   404     404
GET    /seller/delivery                            in     403  403     200    200    403   -       -
GET    /seller/delivery/new                        in     403  403     200    200    403   -       -
POST   /seller/delivery/new                        in     403  403     422    422    403   -       -
POST   /seller/delivery/listings                   in     403  403     go     go     403   -       -
GET    /seller/delivery/<profile_id>               in     403  403     200    404    403   404     404
POST   /seller/delivery/<profile_id>               in     403  403     422    404    403   404     404
GET    /seller/delivery/<profile_id>/zones/new     in     403  403     200    404    403   404     404
POST   /seller/delivery/<profile_id>/zones/new     in     403  403     422    404    403   404     404
GET    /seller/delivery/<profile_id>/zones/<zone_id> in   403  403     200    404    403   404     404
POST   /seller/delivery/<profile_id>/zones/<zone_id> in   403  403     422    404    403   404     404
POST   /seller/delivery/<profile_id>/zones/<zone_id>/remove in 403 403 go     404    403   404     404
POST   /seller/delivery/<profile_id>/archive       in     403  403     go     404    403   404     404
GET    /seller/auctions                            in     403  403     200    200    403   -       -
GET    /seller/listings/<listing_id>/auction       in     403  403     200    404    403   404     404
POST   /seller/listings/<listing_id>/auction       in     403  403     422    404    403   404     404
GET    /seller/auctions/<auction_id>               in     403  403     200    404    403   404     404
GET    /seller/auctions/<auction_id>/edit          in     403  403     200    404    403   404     404
POST   /seller/auctions/<auction_id>/edit          in     403  403     422    404    403   404     404
POST   /seller/auctions/<auction_id>/withdraw      in     403  403     422    404    403   404     404
POST   /seller/auctions/<auction_id>/offer         in     403  403     go     404    403   404     404
POST   /seller/auctions/<auction_id>/again         in     403  403     go     404    403   404     404
GET    /seller/discounts                           in     403  403     200    200    403   -       -
GET    /seller/discounts/new                       in     403  403     200    200    403   -       -
POST   /seller/discounts/new                       in     403  403     422    422    403   -       -
GET    /seller/discounts/<discount_id>             in     403  403     200    404    403   404     404
GET    /seller/discounts/<discount_id>/edit        in     403  403     200    404    403   404     404
POST   /seller/discounts/<discount_id>/edit        in     403  403     422    404    403   404     404
POST   /seller/discounts/<discount_id>/move        in     403  403     go     404    403   404     404
GET    /seller/disputes                            in     403  403     200    200    403   -       -
GET    /seller/disputes/<number>                   in     403  403     200    404    403   404     404
GET    /seller/disputes/<number>/explain/<figure>  in     403  403     200    404    403   404     404
POST   /seller/disputes/<number>/say               in     403  403     422    404    403   404     404
POST   /seller/disputes/<number>/files             in     403  403     422    404    403   404     404
GET    /seller/disputes/<number>/files/<file_id>   in     403  403     200    404    403   404     404
GET    /seller/refunds                             in     403  403     200    200    403   -       -
GET    /seller/refunds/<number>                    in     403  403     200    404    403   404     404
GET    /seller/refunds/<number>/pictures/<picture_id> in  403  403     200    404    403   404     404
GET    /seller/refunds/<number>/explain/<figure>   in     403  403     200    404    403   404     404
GET    /seller/explain/held/<currency>             in     403  403     200    200    403   200     404
GET    /seller/explain/<pot>/<currency>            in     403  403     200    200    403   404     404
GET    /seller/explain/release/<currency>/<day>    in     403  403     200    200    403   200     404
GET    /seller/transactions                        in     403  403     200    200    403   -       -
GET    /transactions/                              in     200  200     200    200    200   -       -
GET    /payouts/                                   in     200  200     200    200    200   -       -
GET    /seller/balance                             in     403  403     200    200    403   -       -
GET    /seller/explain/<pot>/order/<number>        in     403  403     200    404    403   404     404
GET    /seller/payouts                             in     403  403     200    200    403   -       -
GET    /seller/payouts/<number>                    in     403  403     404    404    403   404     404
GET    /seller/statements                          in     403  403     200    200    403   -       -
GET    /seller/statements/<currency>/<month>       in     403  403     200    200    403   404     404
GET    /seller/statements/<currency>/<month>/pdf   in     403  403     200    200    403   404     404
GET    /seller/invoices                            in     403  403     200    200    403   -       -
GET    /seller/invoices/<number>                   in     403  403     200    404    403   404     404
GET    /seller/invoices/<number>/pdf               in     403  403     200    404    403   404     404
POST   /seller/invoices/<number>/send              in     403  403     go     404    403   404     404
GET    /seller/explain/entry/<entry_id>            in     403  403     200    404    403   404     404
GET    /seller/shop                                in     403  403     200    200    403   -       -
POST   /seller/shop                                in     403  403     422    422    403   -       -
GET    /seller/shop/legal                          in     403  403     200    200    403   -       -
POST   /seller/shop/legal                          in     403  403     go     go     403   -       -
GET    /seller/payouts/schedule                    in     403  403     200    200    403   -       -
POST   /seller/payouts/schedule                    in     403  403     422    422    403   -       -
GET    /seller/payouts/withdraw                    in     403  403     200    200    403   -       -
POST   /seller/payouts/withdraw                    in     403  403     200    200    403   -       -
GET    /seller/payouts/setup                       in     403  403     200    200    403   -       -
POST   /seller/payouts/setup                       in     403  403     go     go     403   -       -
GET    /seller/payouts/setup/done                  in     403  403     go     go     403   -       -
GET    /seller/payouts/setup/again                 in     403  403     go     go     403   -       -
POST   /seller/payouts/setup/account               in     403  403     go     go     403   -       -

GET    /admin                                      in     403  403     403    403    200   -       -
GET    /admin/explain/<figure>/<currency>          in     403  403     403    403    200   404     404
GET    /admin/purchases                            in     403  403     403    403    200   -       -
GET    /admin/purchases/<number>                   in     403  403     403    403    200   404     404
GET    /admin/users                                in     403  403     403    403    200   -       -
GET    /admin/users/<user_id>                      in     403  403     403    403    200   404     404
POST   /admin/users/<user_id>/devices/<session_id>/sign-out in 403 403  403    403    go    404     404
GET    /admin/risk                                 in     403  403     403    403    200   -       -
GET    /admin/risk/figures                         in     403  403     403    403    200   -       -
GET    /admin/risk/<payment_id>                    in     403  403     403    403    200   404     404
POST   /admin/risk/<payment_id>/decide             in     403  403     403    403    422   404     404
GET    /admin/reports                              in     403  403     403    403    200   -       -
GET    /admin/reports/<report_id>                  in     403  403     403    403    200   404     404
POST   /admin/reports/<report_id>/decide           in     403  403     403    403    422   404     404
GET    /admin/conversations/<conversation_id>      in     403  403     403    403    200   404     404
GET    /admin/conversations/<conversation_id>/files/<file_id> in 403 403 403   403    200   404     404
GET    /admin/users/<user_id>/wallet               in     403  403     403    403    200   404     404
POST   /admin/users/<user_id>/wallet/change        in     403  403     403    403    422   404     404
GET    /admin/bank-transfers                       in     403  403     403    403    200   -       -
GET    /admin/bank-transfers/record                in     403  403     403    403    200   -       -
POST   /admin/bank-transfers/record                in     403  403     403    403    422   -       -
POST   /admin/bank-transfers/import                in     403  403     403    403    422   -       -
GET    /admin/bank-transfers/<transfer_id>         in     403  403     403    403    200   404     404
POST   /admin/bank-transfers/<transfer_id>/confirm in     403  403     403    403    go    404     404
POST   /admin/bank-transfers/<transfer_id>/match   in     403  403     403    403    422   404     404
POST   /admin/bank-transfers/<transfer_id>/keep    in     403  403     403    403    go    404     404
POST   /admin/bank-transfers/<transfer_id>/return  in     403  403     403    403    422   404     404
POST   /admin/bank-transfers/<transfer_id>/strike  in     403  403     403    403    422   404     404
GET    /admin/bank-transfers/outgoing              in     403  403     403    403    200   -       -
GET    /admin/bank-transfers/outgoing/<transfer_id> in     403  403     403    403    200   404     404
POST   /admin/bank-transfers/outgoing/<transfer_id>/sent in     403  403     403    403    422   404     404
POST   /admin/bank-transfers/outgoing/<transfer_id>/failed in     403  403     403    403    422   404     404
POST   /admin/bank-transfers/outgoing/<transfer_id>/account in     403  403     403    403    422   404     404
POST   /admin/bank-transfers/outgoing/file/<currency> in     403  403     403    403    404   404     404
GET    /admin/bank-transfers/files/<file_id>       in     403  403     403    403    200   404     404
POST   /admin/users/<user_id>/writing/stop         in     403  403     403    403    go    404     404
POST   /admin/users/<user_id>/writing/lift         in     403  403     403    403    go    404     404
POST   /admin/users/<user_id>/suspension/<side>    in     403  403     403    403    go    404     404
POST   /admin/users/<user_id>/suspension/<side>/lift in   403  403     403    403    go    404     404
GET    /admin/calls                                in     403  403     403    403    200   -       -
GET    /admin/calls/<call_id>                      in     403  403     403    403    200   404     404
POST   /admin/calls/<call_id>/decide               in     403  403     403    403    422   404     404
POST   /admin/payments/<payment_id>/diagnose/take-up in   403  403     403    403    go    404     404
POST   /admin/refunds/<number>/diagnose/take-up    in     403  403     403    403    go    404     404
POST   /admin/disputes/<number>/diagnose/take-up   in     403  403     403    403    go    404     404
POST   /admin/payouts/<number>/diagnose/take-up    in     403  403     403    403    404   404     404
POST   /admin/payments/<payment_id>/refund-package in     403  403     403    403    go    404     404
POST   /admin/payments/<payment_id>/return-again   in     403  403     403    403    404   404     404
GET    /admin/mail                                 in     403  403     403    403    200   -       -
POST   /admin/mail/again                           in     403  403     403    403    go    -       -
POST   /admin/mail/<mail_id>/again                 in     403  403     403    403    go    404     404
GET    /admin/jobs                                 in     403  403     403    403    200   -       -
POST   /admin/jobs/<job_id>/retry                  in     403  403     403    403    go    404     404
GET    /admin/payouts                              in     403  403     403    403    200   -       -
GET    /admin/payouts/next                         in     403  403     403    403    200   -       -
POST   /admin/payouts/next/run                     in     403  403     403    403    go    -       -
GET    /admin/payouts/<number>                     in     403  403     403    403    404   404     404
POST   /admin/payouts/<number>/retry               in     403  403     403    403    404   404     404
POST   /admin/payouts/<number>/resend              in     403  403     403    403    404   404     404
POST   /admin/payouts/<number>/cancel              in     403  403     403    403    404   404     404
GET    /admin/payouts/sellers/<seller_id>          in     403  403     403    403    200   404     404
POST   /admin/payouts/sellers/<seller_id>/stop     in     403  403     403    403    422   404     404
POST   /admin/payouts/sellers/<seller_id>/lift     in     403  403     403    403    422   404     404
GET    /admin/disputes                             in     403  403     403    403    200   -       -
GET    /admin/disputes/<number>                    in     403  403     403    403    200   404     404
GET    /admin/disputes/<number>/explain/<figure>   in     403  403     403    403    200   404     404
POST   /admin/disputes/<number>/evidence           in     403  403     403    403    go    404     404
POST   /admin/disputes/<number>/files              in     403  403     403    403    422   404     404
POST   /admin/disputes/<number>/invoices           in     403  403     403    403    go    404     404
GET    /admin/disputes/<number>/files/<file_id>    in     403  403     403    403    200   404     404
POST   /admin/disputes/<number>/files/<file_id>/choose in 403  403     403    403    go    404     404
GET    /admin/disputes/<number>/submit             in     403  403     403    403    200   404     404
POST   /admin/disputes/<number>/submit             in     403  403     403    403    go    404     404
GET    /admin/disputes/<number>/accept             in     403  403     403    403    go    404     404
POST   /admin/disputes/<number>/accept             in     403  403     403    403    go    404     404
POST   /admin/disputes/<number>/shares             in     403  403     403    403    422   404     404
POST   /admin/disputes/<number>/dismiss            in     403  403     403    403    404   404     404
POST   /admin/disputes/<number>/take-back/choose   in     403  403     403    403    422   404     404
POST   /admin/disputes/<number>/take-back/leave    in     403  403     403    403    go    404     404
POST   /admin/disputes/<number>/take-back          in     403  403     403    403    422   404     404
GET    /admin/refunds                              in     403  403     403    403    200   -       -
GET    /admin/refunds/rules                        in     403  403     403    403    200   -       -
GET    /admin/refunds/<number>/pictures/<picture_id> in   403  403     403    403    200   404     404
GET    /admin/refunds/<number>/explain/<figure>    in     403  403     403    403    200   404     404
POST   /admin/refunds/<number>/take-back           in     403  403     403    403    422   404     404
POST   /admin/refunds/<number>/approve             in     403  403     403    403    422   404     404
POST   /admin/refunds/<number>/reject              in     403  403     403    403    422   404     404
GET    /admin/orders/<number>/refund               in     403  403     403    403    200   404     404
POST   /admin/orders/<number>/refund               in     403  403     403    403    422   404     404
GET    /admin/debts                                in     403  403     403    403    200   -       -
GET    /admin/debts/<seller_id>/<currency>         in     403  403     403    403    200   404     404
GET    /admin/debts/<debt_id>/write-off            in     403  403     403    403    200   404     404
POST   /admin/debts/<debt_id>/write-off/decide     in     403  403     403    403    422   404     404
GET    /admin/payments                             in     403  403     403    403    200   -       -
GET    /admin/payments/<payment_id>                in     403  403     403    403    200   404     404
GET    /admin/payments/<payment_id>/log            in     403  403     403    403    200   404     404
GET    /admin/payments/<payment_id>/diagnose       in     403  403     403    403    200   404     404
GET    /admin/refunds/<number>/diagnose            in     403  403     403    403    200   404     404
GET    /admin/disputes/<number>/diagnose           in     403  403     403    403    200   404     404
GET    /admin/payouts/<number>/diagnose            in     403  403     403    403    404   404     404
GET    /admin/payments/<payment_id>/shares/<share_id>/hold in 403 403   403    403    200   404     404
POST   /admin/payments/<payment_id>/shares/<share_id>/hold/decide in 403 403   403    403    422   404     404
GET    /admin/payments/<payment_id>/explain/<figure> in   403  403     403    403    200   404     404
GET    /admin/events                               in     403  403     403    403    200   -       -
POST   /admin/events/test                          in     403  403     403    403    go    -       -
GET    /admin/events/<event_row_id>                in     403  403     403    403    200   404     404
GET    /admin/events/<event_row_id>/replay         in     403  403     403    403    200   404     404
POST   /admin/events/<event_row_id>/replay/run     in     403  403     403    403    422   404     404
GET    /admin/unmatched                            in     403  403     403    403    200   -       -
GET    /admin/unmatched/<event_row_id>             in     403  403     403    403    200   404     404
POST   /admin/unmatched/<event_row_id>/decide      in     403  403     403    403    422   404     404
POST   /admin/unmatched/<event_row_id>/take-up     in     403  403     403    403    go    404     404
GET    /admin/health                               in     403  403     403    403    200   -       -
GET    /admin/health/<tile>                        in     403  403     403    403    200   404     404
POST   /admin/health/check-books/run               in     403  403     403    403    go    -       -
GET    /admin/invoices                             in     403  403     403    403    200   -       -
GET    /admin/invoices/check                       in     403  403     403    403    200   -       -
GET    /admin/invoices/<number>                    in     403  403     403    403    200   404     404
GET    /admin/invoices/<number>/pdf                in     403  403     403    403    200   404     404
GET    /api/docs                                   200    200  200     200    200    200   -       -
GET    /api/docs/<operation>                       200    200  200     200    200    200   404     404
POST   /api/docs/<operation>                       in     422  422     422    422    422   404     404
GET    /api/openapi.json                           200    200  200     200    200    200   -       -
GET    /api/v1/basket/                             401    200  200     200    200    200   -       -
POST   /api/v1/basket/lines/                       401    422  422     422    422    422   -       -
PATCH  /api/v1/basket/lines/<line_id>/             401    422  422     422    422    422   422     422
DELETE /api/v1/basket/lines/<line_id>/             401    200  404     404    404    404   404     404
GET    /api/v1/orders/                             401    200  200     200    200    200   -       -
POST   /api/v1/orders/                             401    422  422     422    422    422   -       -
GET    /api/v1/orders/<number>/                    401    200  404     200    404    200   404     404
PATCH  /api/v1/orders/<number>/                    401    422  422     422    422    422   422     422
PUT    /api/v1/orders/<number>/                    401    422  422     422    422    422   422     422
DELETE /api/v1/orders/<number>/                    401    409  404     404    404    404   404     404
POST   /api/v1/orders/<number>/confirm/            401    200  404     200    404    200   404     404
POST   /api/v1/orders/<number>/ship/               401    403  403     409    404    403   404     404
POST   /api/v1/orders/<number>/deliver/            401    409  404     409    404    404   404     404
POST   /api/v1/orders/<number>/cancel/             401    422  422     422    422    422   422     422
GET    /api/v1/payments/                           401    200  200     200    200    200   -       -
POST   /api/v1/payments/                           401    422  422     422    422    422   -       -
GET    /api/v1/payments/methods/                   401    200  200     200    200    200   -       -
POST   /api/v1/payments/methods/                   401    201  201     201    201    201   -       -
GET    /api/v1/payments/methods/<method_id>/       401    200  404     404    404    404   404     404
PUT    /api/v1/payments/methods/<method_id>/       401    422  422     422    422    422   422     422
POST   /api/v1/payments/methods/<method_id>/set-default/ 401 409 404    404    404    404   404     404
DELETE /api/v1/payments/methods/<method_id>/       401    200  404     404    404    404   404     404
GET    /api/v1/payments/stats/                     401    200  200     200    200    200   -       -
POST   /api/v1/payments/verify/                    401    422  422     422    422    422   -       -
GET    /api/v1/payments/<payment_id>/              401    200  404     404    404    404   404     404
GET    /api/v1/payments/<payment_id>/status/       401    200  404     404    404    404   404     404
POST   /api/v1/payments/<payment_id>/process/      401    409  404     404    404    404   404     404
POST   /api/v1/payments/<payment_id>/retry/        401    409  404     404    404    404   404     404
POST   /api/v1/payments/<payment_id>/cancel/       401    409  404     404    404    404   404     404
POST   /api/v1/payments/<payment_id>/verify/       401    200  404     404    404    404   404     404
GET    /api/v1/refunds/                            401    200  200     200    200    200   -       -
POST   /api/v1/refunds/                            401    422  422     422    422    422   -       -
GET    /api/v1/refunds/<number>/                   401    200  404     200    404    200   404     404
GET    /api/v1/refunds/<number>/plan/              401    403  403     403    403    200   404     404
POST   /api/v1/refunds/<number>/approve/           401    422  422     422    422    422   422     422
POST   /api/v1/refunds/<number>/reject/            401    422  422     422    422    422   422     422
POST   /api/v1/refunds/<number>/complete/          401    403  403     403    403    409   404     404
GET    /api/v1/invoices/                           401    200  200     200    200    200   -       -
GET    /api/v1/invoices/<number>/                  401    200  404     200    404    200   404     404
POST   /api/v1/invoices/<number>/send/             401    403  403     409    404    403   404     404
GET    /api/v1/discounts/                          401    403  403     200    200    200   -       -
POST   /api/v1/discounts/validate/                 401    422  422     422    422    422   -       -
POST   /api/v1/discounts/apply/                    401    422  422     422    422    422   -       -
GET    /api/v1/credits/packages/                  401    200  200     200    200    200   -       -
POST   /api/v1/credits/checkout/package/          401    422  422     422    422    422   -       -
GET    /api/v1/wallets/my_wallet/                  401    200  200     200    200    200   -       -
GET    /api/v1/wallets/<wallet_id>/                401    200  404     404    404    404   404     404
GET    /admin/auctions                             in     403  403     403    403    200   -       -
GET    /admin/auctions/<auction_id>                in     403  403     403    403    200   404     404
GET    /admin/discounts                            in     403  403     403    403    200   -       -
GET    /admin/discounts/new                        in     403  403     403    403    200   -       -
POST   /admin/discounts/new                        in     403  403     403    403    422   -       -
GET    /admin/discounts/<discount_id>              in     403  403     403    403    200   404     404
GET    /admin/discounts/<discount_id>/edit         in     403  403     403    403    404   404     404
POST   /admin/discounts/<discount_id>/edit         in     403  403     403    403    404   404     404
POST   /admin/discounts/<discount_id>/move         in     403  403     403    403    404   404     404
GET    /admin/delivery-tax                         in     403  403     403    403    200   -       -
POST   /admin/delivery-tax                         in     403  403     403    403    422   -       -
POST   /admin/delivery-tax/<rule_id>/remove        in     403  403     403    403    go    404     404
GET    /admin/settings                             in     403  403     403    403    200   -       -
GET    /admin/states                               in     403  403     403    403    200   -       -
GET    /admin/reconciliation                       in     403  403     403    403    200   -       -
POST   /admin/reconciliation/run                   in     403  403     403    403    go    -       -
GET    /admin/reconciliation/runs                  in     403  403     403    403    200   -       -
GET    /admin/reconciliation/lines                 in     403  403     403    403    200   -       -
GET    /admin/reconciliation/<number>              in     403  403     403    403    200   404     404
POST   /admin/reconciliation/<number>/reread       in     403  403     403    403    422   404     404
POST   /admin/reconciliation/<number>/correct      in     403  403     403    403    422   404     404
POST   /admin/reconciliation/<number>/explain      in     403  403     403    403    422   404     404

GET    /admin/performance                          in     403  403     403    403    200   -       -
GET    /admin/proof                                in     403  403     403    403    200   -       -
POST   /admin/proof/replay                         in     403  403     403    403    422   -       -
GET    /admin/ledger                               in     403  403     403    403    200   -       -
GET    /admin/ledger/entries                       in     403  403     403    403    200   -       -
GET    /admin/ledger/entries/<entry_id>            in     403  403     403    403    200   404     404
GET    /admin/ledger/<account>/<currency>          in     403  403     403    403    200   404     404

GET    /refunds/<number>/account                   in     200  404     404    404    404   404     404
POST   /refunds/<number>/account                   in     422  404     404    404    404   404     404
POST   /refunds/<number>/withdraw                  in     go   404     404    404    404   404     404

POST   /webhooks/stripe                            400    400  400     400    400    400   -       -
POST   /webhooks/stripe/connect                    400    400  400     400    400    400   -       -
POST   /api/credits/webhook                        400    400  400     400    400    400   -       -
POST   /api/payments/webhooks/stripe/              400    400  400     400    400    400   -       -
POST   /api/v1/payments/webhooks/stripe/           400    400  400     400    400    400   -       -
"""

COLUMNS = ("visitor", "own", "foreign", "seller", "other", "admin")
# Whoever gets one of these is turned away; nothing in the database may change by it.
REFUSALS = frozenset({"in", "401", "403", "404", "kept", "400", "422"})
# What a form must hold so that the deed of the line is done.
FORMS = {
    "/basket/country": {"country": "SE"},
    "/seller/delivery/listings": {"old": "USD:0", "new": "USD:0"},
    "/seller/listings/<listing_id>/delivery": {"profile": "0", "weight": "1.5", "tax": "standard"},
    "/seller/taxes/mode": {"mode": "included"},
    "/basket/<line_id>/quantity": {"quantity": "2"},
    "/seller/orders/<number>/parcels": {"carrier": "ups", "tracking_number": "1Z999AA10123456785"},
    "/seller/orders/<number>/ship": {"carrier": "ups", "tracking_number": "1Z999AA10123456784"},
}
# GETs that may write, and why. Every other GET changes nothing.
WRITING_GETS = {
    "/": "the cookie of what the viewer looked at last is taken over; only their own twelve, nobody else sees them",
    "/saved": "as above",
    "/checkout/return/<payment_id>": "it may settle the payment, as the provider's webhook would; only forward",
    "/account/methods/added": "it puts into the books what the viewer has saved, as its event would; only their own",
    "/credits/return/<payment_id>": "as above",
    "/seller/payouts/setup/done": "it puts into the books how the provider shows the account now, as its webhook would",
    "/messages/<conversation_id>": "what is shown counts as read; only the reader's own mark",
    "/admin/conversations/<conversation_id>": "that an admin has looked is kept; nobody else sees a difference",
    "/admin/reports/<report_id>": "as above",
    "/admin/refunds": "as above: the messages of the order stand on it",
    "/admin/disputes/<number>": "as above",
    "/checkout/cancelled/<payment_id>": "the provider can send the buyer back by GET only; only the own, only unpaid",
    "/credits/cancelled/<payment_id>": "as above",
}


@dataclass(frozen=True)
class Line:
    """One line of the table; `answers` is by column."""

    method: str
    route: str
    answers: dict[str, str]
    missing: str
    broken: str


def lines() -> list[Line]:
    """Return the table, one Line per route and method."""
    found = []
    for text in _TABLE.splitlines()[2:]:
        if text:
            method, route, *cells = text.split()
            *answers, missing, broken = cells
            found.append(Line(method, route, dict(zip(COLUMNS, answers, strict=True)), missing, broken))
    return found
