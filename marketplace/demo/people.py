"""The people of the demo shop: four sign-ins that DESIGN section 8 promises, and six more sellers."""

from dataclasses import dataclass

from marketplace.accounts.operations import PostalAddress
from marketplace.catalog.operations import ShopFacts

PASSWORD = "demo-marketplace"  # noqa: S105  printed on the sign-in page of the demo


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in; `shop` makes a seller."""

    email: str
    name: str
    shop: ShopFacts | None = None
    is_admin: bool = False
    currency: str = "USD"


BUYER = Person("buyer@example.com", "Alex Morgan")
ADMIN = Person("admin@example.com", "Robin Castle", is_admin=True)

BUYER_ADDRESS = PostalAddress(
    full_name="Alex Morgan",
    line1="418 Linden Avenue",
    line2="Apartment 6",
    city="Columbus",
    region="OH",
    postcode="43215",
    country="US",
)

HARBOUR = Person(
    "seller@example.com",
    "Nora Whitfield",
    ShopFacts(
        name="Harbour Street Garage",
        city="Portland",
        country="US",
        about="Brakes, suspension and steering. We fit these parts every day, and we sell the ones that last.\n"
        "Ask before you buy: with the chassis number we check that a part fits.",
        delivery_policy="We pack on the day you pay and send the next working day.\n"
        "Parcels take two to four working days. Heavy parts go by freight.",
        returns_policy="Send parts back unused within 30 days. We pay the way back when we sent the wrong one.",
    ),
)
RIVERA = Person(
    "seller2@example.com",
    "Tomas Rivera",
    ShopFacts(
        name="Rivera Auto Salvage",
        city="Tucson",
        country="US",
        about="Dry desert cars, taken apart with care. Every part is tested, washed and photographed by us.\n"
        "Three generations in one yard, open since 1974.",
        delivery_policy="Small parts leave within two working days. Engines, doors and bumpers go on a pallet.",
        returns_policy="14 days, as received. Tested parts carry a 90-day promise: it works or your money comes back.",
    ),
)
HOLM = Person(
    "greta.holm@example.com",
    "Greta Holm",
    ShopFacts(
        name="Holm Klassiker",
        city="Göteborg",
        country="SE",
        about="Volvo and Saab, and nothing else. New old stock, careful reproductions and whole cars with a history.",
        delivery_policy="We send across Sweden in two days and to the rest of Europe in about a week.",
        returns_policy="Right of withdrawal for 14 days. Cars can be looked at by appointment.",
    ),
    currency="SEK",
)
BECKER = Person(
    "jonas.becker@example.com",
    "Jonas Becker",
    ShopFacts(
        name="Becker Teile und Technik",
        city="Stuttgart",
        country="DE",
        about="Parts for BMW, Mercedes-Benz, Audi and Volkswagen. Original makers, proper invoices, straight answers.",
        delivery_policy="Ordered before 14:00, sent the same day. Two days within Germany, four within Europe.",
        returns_policy="30 days, unused and in the box. Core deposits are not needed.",
    ),
    currency="EUR",
)
KAIDO = Person(
    "keiko.tanaka@example.com",
    "Keiko Tanaka",
    ShopFacts(
        name="Kaido Imports",
        city="Seattle",
        country="US",
        about="Japanese cars, imported, inspected and registered here. You get the auction sheet in English.",
        delivery_policy="Cars travel on a closed carrier, insured. Parts leave within three working days.",
        returns_policy="Parts 14 days. Cars can be inspected by your mechanic before you buy.",
    ),
)
BELL = Person(
    "marcus.bell@example.com",
    "Marcus Bell",
    ShopFacts(
        name="Bell and Daughters Motors",
        city="Austin",
        country="US",
        about="Trucks, family cars and the odd convertible. Full service history or we don't sell it.",
        delivery_policy="Collect it here, or we bring it to any state. The title is sent by registered post.",
        returns_policy="Seven days or 300 miles, whichever comes first.",
        tax_basis_points=625,
    ),
)
LUMEN = Person(
    "elaine.osei@example.com",
    "Elaine Osei",
    ShopFacts(
        name="Lumen Auto Electric",
        city="Columbus",
        country="US",
        about="Headlights, tail lights, batteries and everything with a plug. Bench-tested before it leaves.",
        delivery_policy="Sent the same day until 15:00. Lamps travel in double boxes.",
        returns_policy="30 days for unused parts. Opened control units are tested and then refunded.",
    ),
)
NOVAK = Person(
    "dale.novak@example.com",
    "Dale Novak",
    ShopFacts(
        name="Novak Wheel Works",
        city="Detroit",
        country="US",
        about="Wheels and tyres, single or as sets. Straightened, balanced, and honest about every scratch.",
        delivery_policy="Wheels go out in pairs, boxed. Allow three to five working days.",
        returns_policy="30 days, not driven on. Tell us the car and we say whether it fits.",
        tax_basis_points=600,
    ),
)

SELLERS = (HARBOUR, RIVERA, HOLM, BECKER, KAIDO, BELL, LUMEN, NOVAK)
