"""Files of listings: the good rows in, the bad ones by line and reason, the same file again changes nothing."""

import csv
import io

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from marketplace import db
from marketplace.catalog import import_operations
from marketplace.catalog.import_parsing import COLUMNS
from tests.builders import World, form_token
from tests.builders_delivery import flat, profile

HEAD = "sku,kind,status,title,description,currency,price,delivery,in_stock,category,brand,part_number,condition,fits"


def part(key: str, **cells: str) -> str:
    told = {
        "kind": "part", "status": "active", "title": f"Disc {key}", "description": "Vented", "currency": "USD",
        "price": "12.50", "delivery": "3", "in_stock": "4", "category": "brakes", "brand": "Bosch",
        "part_number": f"BD-{key}", "condition": "New", "fits": "Most cars", **cells,
    }  # fmt: skip
    return ",".join([key, *(told[name] for name in HEAD.split(",")[1:])])


def send(client: FlaskClient, content: bytes | str, name: str = "shelf.csv") -> TestResponse:
    sent = content.encode() if isinstance(content, str) else content
    token = form_token(client.get("/account/security").text)
    boundary, body = encode_multipart({"csrf_token": token, "file": FileStorage(io.BytesIO(sent), name)})
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post("/seller/listings/import", data=body, content_type=kind, buffered=True)


def taken(world: World, client: FlaskClient, content: bytes | str) -> tuple[dict[str, str], list[tuple[str, ...]], str]:
    """Send a file, let the job take it in, and return its figures, what was wrong in it, and the page."""
    answer = send(client, content)
    assert answer.status_code == 303, answer.text
    assert "Being taken in" in client.get(answer.location).text
    world.work_off()
    html = BeautifulSoup(client.get(answer.location).text, "html.parser")
    figures = {each.dt.text: each.dd.text for each in html.select("main dl > div")}
    rows = [tuple(cell.text for cell in row.select("td")) for row in html.select("tbody tr")]
    return figures, rows, html.main.get_text(" ", strip=True)


@pytest.fixture
def client(world: World) -> FlaskClient:
    return world.client(world.seller())


def test_good_rows_are_taken_and_bad_ones_told_by_line(world: World, client: FlaskClient) -> None:
    car = {"kind": "car", "category": "", "brand": "", "part_number": "", "condition": "", "fits": ""}
    lines = [
        HEAD, part("A-1"), part("A-2", status=""), part("A-3", price="1;5"),
        part("A-4", condition="Odd"),
        part("A-1", title="Again"), part("", title="No key"), part("A-5", in_stock="x"), part("A-6", kind="boat"),
        part("A-7", **car), '"A-8",part,draft,"Two', 'lines",Text,USD,1,0,1,brakes,B,N,New,All', part("#99"),
        part("A-9", status="paused"), part("A-10", currency="XXX"), "",
    ]  # fmt: skip
    figures, rows, page = taken(world, client, "\n".join(lines))
    assert figures == {"New listings": "3", "Changed": "0", "As they were": "0", "Not taken": "10"}
    assert "Read as UTF-8, separated by commas." in page
    assert [row[:3] for row in rows] == [
        ("4", "A-3", "price"), ("5", "A-4", "condition"), ("6", "A-1", "sku"), ("7", "", "sku"),
        ("8", "A-5", "in_stock"),
        ("9", "A-6", "kind"), ("10", "A-7", "year"), ("13", "#99", "sku"), ("14", "A-9", "status"),
        ("15", "A-10", "currency"),
    ]  # fmt: skip
    assert rows[2][3] == "This key stands in line 2 already."
    stored = world.rows("SELECT sku, title, status, price_minor, in_stock FROM listing ORDER BY id")
    assert stored == [
        ("A-1", "Disc A-1", "active", 1_250, 4),
        ("A-2", "Disc A-2", "draft", 1_250, 4),
        ("A-8", "Two lines", "draft", 100, 1),
    ]  # fmt: skip
    assert world.rows("SELECT count(*) FROM status_change WHERE source = 'import'") == [(1,)]


def test_the_same_file_again_changes_nothing_not_even_what_was_sold(world: World, client: FlaskClient) -> None:
    file = "\n".join([HEAD, part("A-1"), part("A-2")])
    taken(world, client, file)
    buyer_id = world.person()
    [(listing_id,)] = world.rows("SELECT id FROM listing WHERE sku = 'A-1'")
    world.put_in_cart(buyer_id, int(str(listing_id)), 3)
    world.check_out(buyer_id)
    assert world.rows("SELECT in_stock FROM listing WHERE sku = 'A-1'") == [(1,)]
    figures, rows, _ = taken(world, client, file)
    assert (figures["As they were"], rows) == ("2", [])
    assert world.rows("SELECT in_stock FROM listing WHERE sku = 'A-1'") == [(1,)]

    figures, _, _ = taken(
        world, client, "\n".join([HEAD, part("A-1", in_stock="9", status="paused"), part("A-2", price="1")])
    )
    assert figures["Changed"] == "2"
    stored = world.rows("SELECT in_stock, status, price_minor FROM listing ORDER BY sku")
    assert stored == [(9, "paused", 1_250), (4, "active", 100)]
    assert len(world.rows("SELECT id FROM listing")) == 2


def test_what_is_exported_can_be_taken_in_again(world: World, client: FlaskClient) -> None:
    taken(world, client, "\n".join([HEAD, part("A-1", title="=1+1"), part("A-2", description="-2°")]))
    [(seller_id,)] = world.rows("SELECT DISTINCT seller_id FROM listing")
    world.listing(int(str(seller_id)), 700, title="By hand")
    exported = client.get("/seller/listings/export").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["title"] for row in rows] == ["'=1+1", "Disc A-2", "By hand"], "nothing is a formula"
    assert rows[1]["description"] == "'-2°"
    assert rows[2]["sku"].startswith("#")
    figures, wrong, _ = taken(world, client, exported)
    assert (figures["As they were"], wrong) == ("3", [])

    changed = exported.replace(",700", ",701").replace(",7.00,", ",8.00,")
    figures, wrong, _ = taken(world, client, changed)
    assert (figures["Changed"], wrong) == ("1", [])
    world.tamper("UPDATE listing SET in_stock = 2 WHERE sku = 'A-1'")
    world.tamper("UPDATE listing SET received_units = 2 WHERE sku = 'A-1'")
    stale = exported.replace("3.00,4,4,", "3.00,6,4,", 1)
    _, wrong, _ = taken(world, client, stale)
    assert [row[1:3] for row in wrong] == [("A-1", "in_stock")]
    assert "changed to 2" in wrong[0][3]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (("\ufeff" + HEAD + "\n" + part("A")).encode(), "Read as UTF-8, separated by commas."),
        ((HEAD + "\n" + part("A", title="Bläck")).encode("utf-16"), "Read as UTF-16, separated by commas."),
        ((HEAD + "\n" + part("A", title="Bläck")).encode("cp1252"), "Read as Windows-1252, separated by commas."),
        (
            (HEAD + "\n" + part("A", price="12|50")).replace(",", ";").replace("|", ",").encode(),
            "Read as UTF-8, separated by semicolons.",
        ),
        ((HEAD + "\r\n" + part("A") + "\r\n").replace(",", "\t").encode(), "Read as UTF-8, separated by tabs."),
    ],
)
def test_signs_and_separators_are_told(world: World, client: FlaskClient, content: bytes, told: str) -> None:
    figures, _, page = taken(world, client, content)
    assert told in page
    assert figures["New listings"] == "1"
    assert world.rows("SELECT price_minor FROM listing") == [(1_250,)]
    assert world.rows("SELECT count(*) FROM listing WHERE title IN ('Disc A', 'Bläck')") == [(1,)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Choose a file that is not empty."),
        (b"\x89PNG\r\n\x1a\n\0\0", "This is no text."),
        (b"\xff\xfe\x00\xd8\x00", "says it is UTF-16, but is not"),
        (b"a,b\n1,2", "There is no column a."),
        (b"sku,kind\n1,part", "Missing: title, description, currency, price, delivery, in_stock."),
        (f"{HEAD},sku\n".encode(), "A column stands there twice."),
        (HEAD.encode(), "There is no row"),
        (f'{HEAD}\nA,"x\n'.encode(), "a quotation mark is missing"),
        (HEAD.encode() + b"\n" + b"x" * 5 * 1024 * 1024, "larger than 5 MB"),
    ],
)
def test_what_is_no_such_file_is_refused_as_a_whole(
    world: World, client: FlaskClient, content: bytes, why: str
) -> None:
    answer = send(client, content)
    assert answer.status_code == 422
    assert why in BeautifulSoup(answer.text, "html.parser").select_one("#file-error").text
    assert world.rows("SELECT count(*) FROM listing_import") == [(0,)]


def test_a_killed_job_goes_on_where_it_stood(world: World, client: FlaskClient) -> None:
    rows = [part(f"A-{number}", price="x" if number % 50 == 0 else "5") for number in range(1, 251)]
    answer = send(client, "\n".join([HEAD, *rows]))
    import_id = int(answer.location.rpartition("/")[2])
    assert db.atomic(import_operations.take_rows, (), import_id=import_id, now=world.now)
    assert "100 of 250 rows" in client.get(answer.location).text
    assert world.rows("SELECT created, bad FROM listing_import") == [(98, 2)]
    world.work_off()
    assert world.rows("SELECT created, bad, rows_done, content FROM listing_import") == [(245, 5, 250, None)]
    assert len(world.rows("SELECT id FROM listing")) == 245
    assert not db.atomic(import_operations.take_rows, (), import_id=import_id, now=world.now)
    wrong = client.get(f"{answer.location}?format=csv").data.decode("utf-8-sig")
    assert [row["Line"] for row in csv.DictReader(io.StringIO(wrong))] == ["51", "101", "151", "201", "251"]
    other = world.client(world.seller("Olga Other"))
    assert other.get(answer.location).status_code == 404


def test_a_file_says_how_things_are_sent_and_taxed_and_may_leave_it_out(world: World) -> None:
    seller = world.seller()
    profile(world, seller, flat("US", price=900), name="Pallet")
    client, head = world.client(seller), f"{HEAD},delivery_profile,weight_kg,tax_category"
    lines = [
        head, part("A-1") + ",Pallet,12.5,reduced", part("A-2") + ",,,",
        part("A-3") + ",Crate,1,", part("A-4") + ",,x,",
        part("A-5") + ",,,cheap", part("A-6", currency="EUR") + ",Pallet,,",
    ]  # fmt: skip
    figures, rows, _ = taken(world, client, "\n".join(lines))
    assert figures["New listings"] == "2"
    assert [row[1:3] for row in rows] == [
        ("A-3", "delivery_profile"), ("A-4", "weight_kg"), ("A-5", "tax_category"), ("A-6", "delivery_profile"),
    ]  # fmt: skip
    stored = "SELECT weight_grams, tax_category, delivery_profile_id IS NULL, delivery_minor FROM listing ORDER BY id"
    as_asked = [(12_500, "reduced", False, 900), (None, "standard", True, 300)]
    assert world.rows(stored) == as_asked
    sheet = client.get("/seller/listings/export").text.lstrip("\ufeff")
    first, second = csv.DictReader(io.StringIO(sheet))
    assert [first[name] for name in COLUMNS[-3:]] == ["Pallet", "12.5", "reduced"]
    assert [second[name] for name in COLUMNS[-3:]] == ["", "", "standard"]
    figures, _, _ = taken(world, client, sheet)
    assert (figures["As they were"], figures["Changed"]) == ("2", "0")
    figures, _, _ = taken(world, client, "\n".join([HEAD, part("A-1"), part("A-2")]))
    assert (figures["As they were"], world.rows(stored)) == ("2", as_asked), (
        "a column that is not there changes nothing"
    )
    figures, _, _ = taken(world, client, f"{head}\n{part('A-1', delivery='4')},,,")
    assert (figures["Changed"], world.rows(stored)[0]) == ("1", (None, "standard", True, 400))
