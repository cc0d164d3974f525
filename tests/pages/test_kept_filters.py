"""Saved filters: sellers and admins keep those of a list under a name, per person, and nobody keeps anything else."""

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.saved import filter_operations
from tests.builders import World, form_token

ADDRESS = "/seller/orders?tab=all&q=Brake+%26+disc"


def save(client: FlaskClient, address: str, name: str) -> tuple[int, str]:
    """Save filters as the form above a list does; return the answer's code and where it leads."""
    token = form_token(client.get("/account/time-zone").text)
    answer = client.post("/filters/save", data={"csrf_token": token, "address": address, "name": name})
    return answer.status_code, answer.location or ""


def chips(client: FlaskClient, path: str) -> dict[str, tuple[str, bool]]:
    """Return the saved filters above a list: name to address and whether they are in use."""
    found = BeautifulSoup(client.get(path).text, "html.parser").select(".kept-filters-item a")
    return {link.text: (str(link["href"]), link.get("aria-current") == "true") for link in found}


def test_filters_are_kept_under_a_name_opened_replaced_and_removed(world: World) -> None:
    seller_id = world.seller()
    seller, other = world.client(seller_id), world.client(world.seller("Eve Else"))
    assert "Save these filters" not in seller.get("/seller/orders").text
    page = BeautifulSoup(seller.get(f"{ADDRESS}&after=7").text, "html.parser")
    form = page.select_one(".kept-filters-form")
    assert form is not None
    [sent] = form.select("input[name=address]")
    assert save(seller, str(sent["value"]), " Brakes  <b> ") == (303, ADDRESS)

    assert chips(seller, "/seller/orders") == {"Brakes <b>": (ADDRESS, False)}
    assert chips(seller, ADDRESS) == {"Brakes <b>": (ADDRESS, True)}
    assert "Save these filters" not in seller.get(ADDRESS).text
    assert chips(seller, "/seller/refunds") == {}
    assert chips(other, "/seller/orders") == {}

    save(seller, "/seller/orders?tab=sent&before=3&after=9", "Brakes <b>")
    assert chips(seller, "/seller/orders") == {"Brakes <b>": ("/seller/orders?tab=sent", False)}
    html = BeautifulSoup(seller.get("/seller/orders").text, "html.parser")
    [remove] = html.select(".kept-filters-item form")
    token = form_token(other.get("/account/time-zone").text)
    assert other.post(str(remove["action"]), data={"csrf_token": token}).status_code == 404
    token = form_token(seller.get("/account/time-zone").text)
    assert seller.post(str(remove["action"]), data={"csrf_token": token}).location == "/seller/orders"
    assert chips(seller, "/seller/orders") == {}
    assert world.rows("SELECT count(*) FROM saved_filter") == [(0,)]


def test_only_lists_of_ones_own_console_can_be_kept_and_only_so_many(world: World) -> None:
    seller = world.client(world.seller())
    admin = world.client(world.person("Ada Admin", is_admin=True))
    wrong = (
        "", "/seller/orders", "/admin/payments?status=failed", "//evil.example/seller?x=1", "https://evil.example/?x=1",
        "/l?q=lamp", "/seller/nothing?x=1", "/orders?tab=open", "/seller\\@evil.example?x=1", "/logout?x=1",
    )  # fmt: skip
    assert {address: save(seller, address, "X")[0] for address in wrong} == dict.fromkeys(wrong, 404)
    assert save(admin, "/admin/payments?status=failed", "Failed")[0] == 303
    assert list(chips(admin, "/admin/payments")) == ["Failed"]
    assert save(admin, "/seller/orders?tab=all", "X")[0] == 404
    assert save(admin, "/admin/refunds?refund=RF-1&after=2", "X")[0] == 404, "a place in a list is no filter"

    save(seller, ADDRESS, "  ")
    assert "Give these filters a name" in seller.get(ADDRESS).text
    save(seller, ADDRESS, "N" * 65)
    assert "Use at most 64 characters" in seller.get(ADDRESS).text
    for number in range(filter_operations.MOST_FILTERS + 1):
        save(seller, f"/seller/orders?q={number}", f"Filter {number:02}")
    assert f"You have saved {filter_operations.MOST_FILTERS} filters" in seller.get("/seller/orders").text
    assert len(chips(seller, "/seller/orders")) == filter_operations.MOST_FILTERS
