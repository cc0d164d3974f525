"""To which of the marketplace's accounts buyers transfer, and until when: the file's section `bank_transfers`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stdnum import iban


@dataclass(frozen=True)
class BankAccount:
    """An account of the marketplace to which buyers transfer money: an IBAN, or the number that its bank uses."""

    holder: str
    bank: str
    iban: str = ""
    bic: str = ""
    number: str = ""

    def __post_init__(self) -> None:
        """Refuse an account to which nobody could transfer anything."""
        if not (self.holder and self.bank and (self.iban or self.number)):
            raise ValueError("an account has holder, bank, and iban or number.")
        if self.iban and not iban.is_valid(self.iban):
            raise ValueError(f"{self.iban} is no IBAN.")


@dataclass(frozen=True)
class BankTransferPolicy:
    """How buyers pay by bank transfer: until when, and to which account in which currency; without one not at all."""

    due_days: int = 10
    """After so many days the money is to be here."""
    grace_days: int = 3
    """So many days longer the goods are kept, and then the purchase is given up."""
    reminder_days: int = 2
    """So many days before it is due the buyer is reminded."""
    accounts: Mapping[str, BankAccount] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take accounts as the file has them; refuse days that make no sense."""
        if not (1 <= self.due_days <= 60 and 0 <= self.grace_days <= 30 and 0 <= self.reminder_days <= self.due_days):
            raise ValueError("due_days is from 1 to 60, grace_days to 30, reminder_days to due_days.")
        accounts = {
            currency: BankAccount(**account) if isinstance(account, Mapping) else account
            for currency, account in self.accounts.items()
        }
        object.__setattr__(self, "accounts", accounts)

    def account(self, currency: str) -> BankAccount | None:
        """Return the account for a currency; None where nobody can pay by transfer in it."""
        return self.accounts.get(currency)


DEMO_TRANSFERS = BankTransferPolicy(
    accounts={
        "USD": BankAccount("Tandem Marketplace Ltd", "Harbour Bank", "GB82WEST12345698765432", "WESTGB2L"),
        "EUR": BankAccount("Tandem Marketplace Ltd", "Musterbank", "DE89370400440532013000", "COBADEFFXXX"),
        "SEK": BankAccount("Tandem Marketplace Ltd", "Hamnbanken", "SE4550000000058398257466", "HANDSESS"),
    }
)
"""The demo's accounts: examples of IBANs that nobody has."""
