"""Object ids in Stripe's shape: a prefix and random letters."""

import random
import string
from threading import Lock

_LETTERS = string.ascii_letters + string.digits

PREFIX_OF_KIND = {
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "setup_intent": "seti_",
    "charge": "ch_",
    "refund": "re_",
    "balance_transaction": "txn_",
    "customer": "cus_",
    "webhook_endpoint": "we_",
    "account": "acct_",
    "account_link": "alink_",
    "login_link": "llink_",
    "bank_account": "ba_",
    "transfer": "tr_",
    "transfer_reversal": "trr_",
    "payout": "po_",
    "dispute": "du_",
    "radar.early_fraud_warning": "issfr_",
    "file": "file_",
    "connect_collection_transfer": "connct_",
    "paypal.order": "5O",
    "paypal.capture": "3C",
    "paypal.refund": "1R",
    "paypal.dispute": "PP-D-",
}


class Ids:
    """Makes ids; with a seed the same run makes the same ids, so that a failing simulation can be replayed."""

    def __init__(self, seed: int | None) -> None:
        self._random: random.Random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311  # a seed is asked for
        self._lock = Lock()

    def new(self, prefix: str, length: int = 24) -> str:
        """Return a fresh id that starts with `prefix`."""
        with self._lock:
            return prefix + "".join(self._random.choices(_LETTERS, k=length))

    def start_again(self, seed: int) -> None:
        """Make the ids of `seed` from now on."""
        with self._lock:
            self._random = random.Random(seed)  # noqa: S311  # a seed is asked for
