"""The sales that must be there whatever chance brings: ways to pay, ends of refunds, ages in a queue."""

from dataclasses import dataclass
from functools import partial

from marketplace.cancellations.rules import CancelReason, Side
from marketplace.demo.customers import ALEX, AMERICANS, EUROPEANS, Customer
from marketplace.demo.past import endings
from marketplace.demo.past.endings import Ending, back
from marketplace.demo.people import BECKER, BELL, HARBOUR, HOLM, KAIDO, LUMEN, NOVAK, RIVERA, Person
from marketplace.refunds.rules import RefundReason

PRIYA, WALTER, DENISE, MIGUEL, HANNAH, OWEN, TAMIKA, LEO, GRACE, PETER, RUTH = AMERICANS
KARIN, ERIK, SABINE, MATTHIAS = EUROPEANS
_R = RefundReason
_TOO_LATE = "It was used for three weeks before it was sent back. The shop's returns policy says unused."
_WORKS = "The seller tested it again on video, and it works. The fault is elsewhere in the car."
_NOT_BOTH = "One of the two discs was damaged. The good one stays, so half of the price goes back."


@dataclass(frozen=True)
class Case:
    """One sale `age` days before today: who buys of whom, how it is paid, what becomes of it.

    `car` is a title, `code` a discount code that is entered; `collects`: the buyer comes for it.
    """

    age: float
    customer: Customer
    sellers: tuple[Person, ...]
    course: str
    ending: Ending = endings.sent
    car: str = ""
    code: str = ""
    collects: bool = False


_damaged = partial(back, _R.DAMAGED)


def _by_buyer(reason: CancelReason, note: str) -> Ending:
    return partial(endings.cancelled, Side.BUYER, reason, note)


def _by_seller(reason: CancelReason, note: str) -> Ending:
    return partial(endings.cancelled, Side.SELLER, reason, note)


# fmt: off
CASES = (
    # Refunds with an end.
    Case(84, ALEX, (HARBOUR,), "visa",
         _damaged("One box was wet, and the part inside is rusty.", endings.approved, percent=100)),
    Case(77, MIGUEL, (RIVERA,), "visa",
         back(_R.DEFECTIVE, "It makes no pressure at all.", endings.approved, percent=100), code="RIVERA20"),
    Case(63, RUTH, (NOVAK,), "mastercard",
         back(_R.WRONG_ITEM, "I got 16 inch instead of 17.", endings.approved, percent=100)),
    Case(41, SABINE, (BECKER,), "visa",
         back(_R.NOT_AS_DESCRIBED, "The number on the part is another one.", endings.approved, percent=100)),
    Case(29, PRIYA, (HARBOUR,), "visa",
         back(_R.CHANGED_MIND, "I ordered the wrong side, sorry.", endings.approved, percent=100, is_sent=False)),
    Case(17, ALEX, (RIVERA,), "amex",
         back(_R.CHANGED_MIND, "I found one at home.", endings.approved, percent=100, is_sent=False)),
    Case(70, ALEX, (HARBOUR, LUMEN), "visa",
         _damaged("A quarter of the pads is chipped.", endings.approved, percent=25)),
    Case(58, GRACE, (LUMEN,), "bank asks",
         back(_R.NOT_AS_DESCRIBED, "The bulb holder is missing.", endings.approved, percent=15)),
    Case(49, WALTER, (HARBOUR,), "visa",
         back(_R.WRONG_ITEM, "One of them is for the other axle.", endings.approved), code="WELCOME5"),
    Case(33, KARIN, (HOLM,), "visa", back(_R.DAMAGED, "The chrome has a scratch.", endings.approved, minor=120_00)),
    Case(25, TAMIKA, (NOVAK, HARBOUR), "mastercard",
         back(_R.DEFECTIVE, "One tyre loses air.", endings.approved, percent=50)),
    Case(21, ALEX, (HARBOUR,), "card with a late fee",
         back(_R.OTHER, "The delivery took ten days.", endings.approved, minor=9_00)),
    Case(54, OWEN, (HARBOUR,), "visa",
         _damaged("Both are damaged.", partial(endings.approved, percent=50, notes=_NOT_BOTH), percent=100)),
    Case(37, ALEX, (LUMEN,), "visa",
         _damaged("The glass is cracked.", partial(endings.approved, percent=40,
          notes="The lamp works; the glass alone goes back."), percent=100)),
    Case(66, LEO, (KAIDO,), "visa",
         back(_R.CHANGED_MIND, "It is louder than I thought.", partial(endings.rejected, _TOO_LATE), percent=100)),
    Case(45, DENISE, (RIVERA,), "visa",
         back(_R.DEFECTIVE, "The car still does not start.", partial(endings.rejected, _WORKS), percent=100)),
    Case(31, ALEX, (NOVAK,), "visa",
         back(_R.CHANGED_MIND, "They look smaller than in the picture.", partial(endings.rejected, _TOO_LATE),
          percent=100)),
    Case(19, MATTHIAS, (BECKER,), "visa",
         back(_R.OTHER, "Too expensive, I think.", partial(endings.rejected,
          "A price that was agreed is no reason for a refund."), percent=30)),
    Case(60, HANNAH, (LUMEN,), "visa", back(_R.NOT_RECEIVED, "It has not come.", endings.withdrawn, percent=100)),
    Case(27, ALEX, (HARBOUR,), "visa", back(_R.DEFECTIVE, "It squeaks.", endings.withdrawn, percent=100)),
    Case(12, PETER, (NOVAK,), "visa",
         back(_R.WRONG_ITEM, "I thought it was the wrong one, it is not.", endings.withdrawn)),
    Case(15.3, ALEX, (LUMEN,), "card whose refunds fail",
         back(_R.DEFECTIVE, "It blinks.", endings.approved, percent=100)),
    Case(16.4, WALTER, (NOVAK,), "card whose refunds fail",
         _damaged("There is a nail in it.", endings.approved, percent=50)),
    Case(17.6, RUTH, (HARBOUR,), "card whose refunds fail",
         back(_R.WRONG_ITEM, "The hub does not fit.", endings.approved, percent=100)),
    Case(22.5, MIGUEL, (HARBOUR,), "card whose refunds fail",
         back(_R.DAMAGED, "The thread is gone.", endings.approved_again, percent=20)),
    Case(52, OWEN, (NOVAK,), "card with slow refunds", back(_R.OTHER, "One was enough.", endings.approved)),
    Case(72, GRACE, (HARBOUR,), "visa", endings.given_back_unasked),
    Case(35, PRIYA, (NOVAK, LUMEN), "visa", endings.given_back_at_provider),
    # Refunds on their way, and those that wait for a decision.
    Case(13, ALEX, (HARBOUR,), "debit with refunds that need details",
         back(_R.DEFECTIVE, "It leaks a little.", endings.approved, percent=30)),
    Case(15, DENISE, (RIVERA,), "debit with refunds that need details",
         _damaged("The corner is bent.", endings.approved, percent=60)),
    Case(16, PETER, (LUMEN,), "debit with refunds that need details",
         back(_R.WRONG_ITEM, "This is the left one.", endings.approved, percent=50)),
    Case(9, ALEX, (LUMEN,), "visa",
         back(_R.NOT_AS_DESCRIBED, "The plug is another one than shown.", endings.waits, percent=100, asked=0.2)),
    Case(10, HANNAH, (HARBOUR,), "visa",
         _damaged("The paint came off in the box.", endings.waits, percent=50, asked=0.9)),
    Case(11, LEO, (NOVAK,), "bank asks",
         back(_R.WRONG_ITEM, "I ordered four and got three of one kind.", endings.waits, asked=1.7)),
    Case(14, ALEX, (RIVERA,), "visa",
         back(_R.DEFECTIVE, "It was said to be tested. It does not turn.", endings.waits, percent=100, asked=3.1)),
    Case(18, SABINE, (BECKER,), "mastercard",
         back(_R.NOT_RECEIVED, "Half of the parcel is missing.", endings.waits, percent=50, asked=4.6)),
    Case(20, TAMIKA, (HARBOUR,), "visa",
         back(_R.CHANGED_MIND, "I sold the car.", endings.waits, percent=100, asked=6.3)),
    Case(22, GRACE, (BELL,), "visa",
         back(_R.NOT_AS_DESCRIBED, "The timing chain rattles; the listing says serviced.",
          endings.approved_by_one, minor=1_450_00, asked=2.4), car="2014 Jeep Wrangler Sport"),
    Case(26, WALTER, (KAIDO,), "visa",
         back(_R.DEFECTIVE, "The gearbox jumps out of third gear.", endings.waits, minor=2_200_00, asked=1.2),
          car="1996 Mazda MX-5 Miata"),
    Case(7, OWEN, (HARBOUR,), "visa",
         _damaged("One spring is bent.", endings.approved_unheard, percent=50, asked=1.1)),
    Case(8, ALEX, (NOVAK,), "visa",
         _damaged("The valve is broken off.", endings.approved_unheard, percent=20, asked=1.4)),
    Case(8.5, RUTH, (LUMEN,), "visa",
         back(_R.WRONG_ITEM, "Two left ones.", endings.approved_unheard, percent=50, asked=1.9)),
    # What banks ask and take back.
    Case(43, RUTH, (HARBOUR,), "card disputed as fraud"),
    Case(56, MIGUEL, (NOVAK,), "card disputed as not received",
         partial(endings.answered, "I have the carrier's receipt, it was signed for.", "winning_evidence")),
    Case(48, GRACE, (LUMEN,), "card the bank asks about",
         partial(endings.answered, "She wrote to thank us.", "The goods were sent and received.")),
    Case(7.4, PETER, (HARBOUR,), "card disputed as not received"),
    Case(12.6, OWEN, (HARBOUR,), "card disputed as fraud"),
    Case(9.6, LEO, (HARBOUR,), "card disputed as fraud",
         partial(endings.answered, "He has bought here before, same address.", "He ordered twice before, same card.")),
    Case(3.2, DENISE, (LUMEN,), "card the bank asks about"),
    Case(1.3, TAMIKA, (HARBOUR,), "card the bank warns of", endings.not_sent),
    # Called off before they were sent.
    Case(81, ALEX, (RIVERA,), "visa", _by_buyer(CancelReason.MISTAKE, "Wrong model year, sorry.")),
    Case(39, HANNAH, (LUMEN,), "mastercard", _by_buyer(CancelReason.FOUND_ELSEWHERE, "")),
    Case(1.9, ALEX, (HARBOUR, NOVAK), "visa", _by_buyer(CancelReason.NOT_NEEDED, "")),
    Case(65, WALTER, (NOVAK,), "visa", _by_seller(CancelReason.DAMAGED, "It fell from the shelf while packing.")),
    Case(24, PRIYA, (RIVERA,), "bank asks", _by_seller(CancelReason.SOLD_ELSEWHERE, "Somebody bought it in the yard.")),
    Case(5.8, TAMIKA, (HARBOUR,), "visa", _by_seller(CancelReason.DAMAGED, "The box was crushed by the forklift.")),
    Case(3.6, ALEX, (LUMEN,), "visa", _by_seller(CancelReason.CANNOT_DELIVER, "Our carrier does not go there.")),
    # Ways to pay, and not to.
    Case(80, ALEX, (NOVAK,), "declined, then another card", code="NOVAK15"),
    Case(67, LEO, (LUMEN,), "declined, then another card", code="LUMEN5"),
    Case(51, PETER, (HARBOUR,), "no money, then another card", code="HARBOUR10"),
    Case(43, ALEX, (HARBOUR, NOVAK), "declined twice, then another card"),
    Case(38, TAMIKA, (LUMEN, RIVERA), "wrong code, then right"),
    Case(23, HANNAH, (NOVAK, HARBOUR), "declined twice, then another card"),
    Case(28, MIGUEL, (HARBOUR,), "declined, then a new page"),
    Case(6, ALEX, (HARBOUR,), "declined, then a new page", endings.on_its_way),
    Case(74, WALTER, (HARBOUR,), "declined and left"),
    Case(44, ALEX, (LUMEN,), "declined and left"),
    Case(15.5, DENISE, (NOVAK,), "declined and left"),
    Case(0.3, RUTH, (HARBOUR,), "declined and left"),
    Case(61, PRIYA, (RIVERA,), "declined twice and left"),
    Case(34, OWEN, (HARBOUR,), "declined twice and left"),
    Case(3.2, ALEX, (NOVAK,), "declined twice and left"),
    Case(82, ALEX, (HARBOUR,), "bank asks", code="WELCOME5"),
    Case(48, KARIN, (HOLM,), "bank asks"),
    Case(30, MATTHIAS, (BECKER,), "bank asks"),
    Case(55, DENISE, (HARBOUR, NOVAK), "bank asks in vain, then another card"),
    Case(5, ALEX, (LUMEN,), "bank asks in vain, then another card", endings.on_its_way, collects=True),
    Case(36, GRACE, (NOVAK,), "bank asks, then declines, then another card"),
    Case(75, RUTH, (HARBOUR, LUMEN), "debit"),
    Case(59, MATTHIAS, (BECKER,), "debit"),
    Case(40, ALEX, (NOVAK,), "debit"),
    Case(32, ERIK, (HOLM,), "debit"),
    Case(11.5, PRIYA, (LUMEN,), "debit"),
    Case(69, HANNAH, (HARBOUR,), "debit bounces"),
    Case(42, LEO, (NOVAK,), "debit bounces"),
    Case(16.5, ALEX, (HARBOUR,), "debit bounces"),
    Case(50, PETER, (LUMEN,), "debit bounces, then a card"),
    Case(86, TAMIKA, (HARBOUR,), "page expires", code="HARBOUR10"),
    Case(57, ALEX, (KAIDO,), "page expires"),
    Case(33.5, SABINE, (BECKER,), "page expires"),
    Case(18.5, ERIK, (HOLM,), "page expires"),
    Case(2.4, MIGUEL, (NOVAK,), "page expires"),
    Case(64, OWEN, (LUMEN,), "page expires, then a card"),
    Case(13.5, ALEX, (HARBOUR,), "page expires, then a card"),
    Case(78, GRACE, (HARBOUR,), "goes back"),
    Case(53, WALTER, (NOVAK,), "goes back", code="NOVAK15"),
    Case(26.5, ALEX, (LUMEN,), "goes back", code="LUMEN5"),
    Case(9.5, RUTH, (RIVERA,), "goes back"),
    Case(1.6, PETER, (HARBOUR,), "goes back"),
    # Cars.
    Case(79, PETER, (BELL,), "visa", car="2016 Ford F-150 XLT"),
    Case(62, HANNAH, (HARBOUR,), "visa", car="2014 Toyota Camry SE"),
    Case(46, MIGUEL, (RIVERA,), "bank asks", car="1999 Ford Ranger XLT"),
    Case(38.5, ERIK, (HOLM,), "debit", car="2011 Volvo V70 D5"),
    Case(28.5, MATTHIAS, (BECKER,), "debit", car="2013 BMW 320i"),
    Case(10.5, LEO, (BELL,), "visa", car="2019 Honda CR-V EX-L"),
    Case(4, ALEX, (KAIDO,), "visa", car="1997 Honda Acty"),
    # To be sent: late, soon, today.
    Case(6.5, WALTER, (HARBOUR,), "visa", endings.not_sent),
    Case(5.5, PRIYA, (RIVERA, HARBOUR), "visa", endings.not_sent),
    Case(4.5, TAMIKA, (RIVERA,), "mastercard", endings.not_sent),
    Case(1.2, ALEX, (HARBOUR, RIVERA), "visa", endings.not_sent),
    Case(0.8, DENISE, (HARBOUR,), "card after card", endings.not_sent, code="HARBOUR10"),  # looks like fraud
    Case(0.5, GRACE, (RIVERA,), "amex", endings.not_sent, code="WELCOME5"),
    Case(0.1, GRACE, (HARBOUR,), "visa", endings.not_sent, collects=True),
    # Under way in this moment.
    Case(1.5, ALEX, (HARBOUR,), "debit", code="HARBOUR10"),
    Case(0.9, SABINE, (BECKER,), "debit"),
    Case(3, LEO, (NOVAK,), "debit never ends"),
    Case(2, HANNAH, (LUMEN,), "debit never ends", code="LUMEN5"),
    Case(0.012, MIGUEL, (LUMEN,), "bank's question stays open"),
    Case(0.010, TAMIKA, (NOVAK,), "bank's question stays open"),
    Case(0.008, KARIN, (HOLM,), "bank's question stays open"),
    Case(0.006, ALEX, (LUMEN,), "page stays open", code="LUMEN5"),
    Case(0.004, PETER, (HARBOUR,), "page stays open", code="HARBOUR10"),
)
# fmt: on
