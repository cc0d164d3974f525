"""Builders of sellers' accounts at the provider, by the real operations and the provider's own deeds."""

from marketplace.payouts import account_flows


class SellersAccounts:
    """What a world does about sellers' accounts."""

    def begin_onboarding(self, seller_id: int, country: str = "US") -> str:
        """Let a seller press "Set up payouts"; return the account's id at the provider."""
        return account_flows.start(seller_id=seller_id, country=country, provider=self.provider, now=self.now)

    def onboard(self, seller_id: int, country: str = "US", *, bank: str = "000123456789") -> str:
        """Set a seller up until the provider pays them, to a test bank account; return the account's id."""
        account_id = self.begin_onboarding(seller_id, country)
        self.sandbox.set_up(account_id, bank=bank)
        self.settle_down()
        return account_id

    def press(self, account_id: str, deed: str, **form: str) -> None:
        """Press a button of an account's page at the provider and let the shop hear of it."""
        self.sandbox.press(account_id, deed, **form)
        self.settle_down()

    def account_status(self, seller_id: int) -> str:
        """Return what a seller's account is in the books."""
        [(status,)] = self.rows("SELECT status FROM seller_account WHERE seller_id = %s", seller_id)
        return str(status)
