"""A file of payments for the bank: pain.001.001.03 (ISO 20022, customer credit transfer initiation)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from marketplace.bank_policy import BankAccount
from marketplace.money import Money, exponent

_LONGEST_NAME = 70


@dataclass(frozen=True, slots=True)
class Order:
    """One payment for the bank; `text` is what its payee reads."""

    number: str
    amount: Money
    payee_name: str
    iban: str
    text: str


def document(*, file_id: int, account: BankAccount, orders: Sequence[Order], made_at: datetime) -> str:
    """Return the file: the same rows are always the same text, so that the bank knows a file that comes twice."""
    total = Money.total((order.amount for order in orders), orders[0].amount.currency)
    name, count, amount = f"TANDEM-{file_id}", len(orders), _amount(total)
    agent = f"<BIC>{escape(account.bic)}</BIC>" if account.bic else "<Othr><Id>NOTPROVIDED</Id></Othr>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn>\n'
        f"<GrpHdr><MsgId>{name}</MsgId><CreDtTm>{made_at:%Y-%m-%dT%H:%M:%S}</CreDtTm><NbOfTxs>{count}</NbOfTxs>"
        f"<CtrlSum>{amount}</CtrlSum><InitgPty><Nm>{_name(account.holder)}</Nm></InitgPty></GrpHdr>\n"
        f"<PmtInf><PmtInfId>{name}-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{count}</NbOfTxs>"
        f"<CtrlSum>{amount}</CtrlSum><ReqdExctnDt>{made_at:%Y-%m-%d}</ReqdExctnDt>"
        f"<Dbtr><Nm>{_name(account.holder)}</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{account.iban}</IBAN></Id><Ccy>{total.currency}</Ccy></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{agent}</FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>\n"
        f"{''.join(map(_order, orders))}</PmtInf>\n</CstmrCdtTrfInitn></Document>\n"
    )


def _order(order: Order) -> str:
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{order.number}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{order.amount.currency}">{_amount(order.amount)}</InstdAmt></Amt>'
        f"<Cdtr><Nm>{_name(order.payee_name)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><IBAN>{order.iban}</IBAN></Id></CdtrAcct>"
        f"<RmtInf><Ustrd>{escape(order.text[:140])}</Ustrd></RmtInf></CdtTrfTxInf>\n"
    )


def _amount(amount: Money) -> str:
    digits = exponent(amount.currency)
    whole, part = divmod(amount.minor, 10**digits)
    return f"{whole}.{part:0{digits}d}" if digits else str(whole)


def _name(name: str) -> str:
    return escape(name[:_LONGEST_NAME])
