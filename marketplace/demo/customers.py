"""The people who bought in the demo shop before you came, and the second pair of eyes for large refunds."""

from dataclasses import dataclass

from marketplace.accounts.operations import PostalAddress
from marketplace.demo.people import BUYER, BUYER_ADDRESS, Person

SECOND_ADMIN = Person("noor.haddad@example.com", "Noor Haddad", is_admin=True)


@dataclass(frozen=True)
class Customer:
    """Somebody who buys, and where the parcels go."""

    person: Person
    address: PostalAddress


def _lives(name: str, line1: str, city: str, region: str, postcode: str, country: str = "US") -> Customer:
    email = f"{name.lower().replace('ö', 'o').replace('ü', 'u').replace(' ', '.')}@example.com"
    return Customer(Person(email, name), PostalAddress(name, line1, city, postcode, country, region=region))


ALEX = Customer(BUYER, BUYER_ADDRESS)
AMERICANS = (
    _lives("Priya Raman", "77 Juniper Court", "Boulder", "CO", "80302"),
    _lives("Walter Kowalski", "2140 Fullerton Street", "Chicago", "IL", "60647"),
    _lives("Denise Carter", "9 Harbor Lane", "Annapolis", "MD", "21403"),
    _lives("Miguel Santos", "311 Mesquite Road", "El Paso", "TX", "79912"),
    _lives("Hannah Lindqvist", "58 Birch Hill", "Duluth", "MN", "55811"),
    _lives("Owen Gallagher", "1206 Pearl Street", "Burlington", "VT", "05401"),
    _lives("Tamika Brooks", "84 Magnolia Drive", "Savannah", "GA", "31405"),
    _lives("Leo Fontaine", "23 Canal Row", "New Orleans", "LA", "70112"),
    _lives("Grace Nakamura", "640 Rainier Avenue", "Tacoma", "WA", "98402"),
    _lives("Peter Vance", "17 Foundry Way", "Pittsburgh", "PA", "15222"),
    _lives("Ruth Abramson", "402 Prospect Place", "Ithaca", "NY", "14850"),
)
EUROPEANS = (
    _lives("Karin Dahl", "Storgatan 14", "Uppsala", "", "753 31", "SE"),
    _lives("Erik Sandberg", "Kungsvägen 3", "Malmö", "", "211 22", "SE"),
    _lives("Sabine Vogt", "Lindenweg 21", "Ulm", "", "89073", "DE"),
    _lives("Matthias Keller", "Am Markt 5", "Leipzig", "", "04109", "DE"),
)
CUSTOMERS = (ALEX, *AMERICANS, *EUROPEANS)
