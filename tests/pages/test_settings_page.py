"""The settings page tells every setting in effect, where it comes from, and no secret; changing one alters the shop."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from marketplace import create_app
from marketplace.config import ConfigurationError, PaymentTracking, Settings, load
from marketplace.web.admin.setting_words import GROUPS
from tests.builders import World

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://shop:hunter2@db.example.com/shop",
    "SECRET_KEY": "cookie-one,cookie-two",
    "STRIPE_SECRET_KEY": "sk_test_abcdefgh",
    "STRIPE_WEBHOOK_SECRET": "whsec_abcdefgh",
}
FILE = "recovery:\n  max_verification_attempts: 0\npayment_tracking:\n  session_expiry_minutes: 45\n"


def told(tmp_path: Path, document: str = FILE) -> Settings:
    file = tmp_path / "shop.yaml"
    file.write_text(document, encoding="utf-8")
    return load({**ENVIRONMENT, "MARKETPLACE_CONFIG": str(file)})


@pytest.mark.covers("S3.14")
@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "SECRET_KEY", "DATABASE_URL"])
def test_a_missing_key_is_named_at_the_start_with_the_way_to_the_demo(name: str) -> None:
    for kept in ({each: value for each, value in ENVIRONMENT.items() if each != name}, {**ENVIRONMENT, name: ""}):
        with pytest.raises(ConfigurationError) as raised:
            load(kept)
        assert str(raised.value).startswith(f"Set {name} in the environment, or start the demo with `make run`")
    found = load({**ENVIRONMENT, "STRIPE_PUBLISHABLE_KEY": "pk_test_abcdefgh"})
    assert (found.stripe_publishable_key, load(ENVIRONMENT).stripe_publishable_key) == ("pk_test_abcdefgh", "")


def test_every_setting_has_its_words() -> None:
    named = {f"{group.section}.{name}" if group.section else name for group in GROUPS for name in group.settings}
    sections = {"payment_tracking", "recovery", "money", "media", "accounts", "risk"}
    there = {each.name for each in fields(Settings)} - sections - {"sources"}
    for section in sections:
        there |= {f"{section}.{each.name}" for each in fields(Settings.__dataclass_fields__[section].default_factory)}
    assert named == there


@pytest.mark.covers("S1.7")
def test_values_come_with_their_source_and_secrets_stay_secret(world: World, tmp_path: Path) -> None:
    """What the environment and the file say is in effect on the page, and alters what the shop does."""
    settings = told(tmp_path)
    app = world.app
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, var_dir=before.var_dir, demo=True)
    try:
        html = world.client(world.person("Ada Admin", is_admin=True)).get("/admin/settings").text
    finally:
        app.extensions["settings"] = before
    page = BeautifulSoup(html.replace("<wbr>", ""), "html.parser")
    rows = {row.get_text(" ", strip=True) for row in page.select("tbody tr")}
    expiry = next(row for row in rows if row.startswith("Time to pay"))
    assert "45 minutes" in expiry
    assert "File" in expiry
    assert "shop.yaml" in expiry
    assert "payment_tracking.session_expiry_minutes" in expiry
    assert "Default" in next(row for row in rows if row.startswith("Hold "))
    assert "Environment STRIPE_SECRET_KEY" in next(row for row in rows if row.startswith("Secret key"))
    for label, amount in (("Second approver above", "$500.00"), ("Least payout", "$1.00")):
        said = next(row for row in rows if row.startswith(label))
        assert f"{amount} or as much in another currency" in said
        assert "minor" not in said.replace("_minor", "")
    for secret in ("hunter2", "cookie-one", "cookie-two", "sk_test_abcdefgh", "whsec_abcdefgh"):
        assert secret not in html


@pytest.mark.covers("S1.7")
def test_changing_them_alters_the_shop(world: World) -> None:
    """Expiry decides how long the page takes money; without automatic questions only the buyer's click asks."""
    bought = world.open_purchase(10_000)
    world.pay(bought)
    client = world.client(bought.buyer_id)
    app, before = world.app, world.settings
    app.extensions["settings"] = replace(before, recovery=replace(before.recovery, max_verification_attempts=0))
    try:
        client.get(f"/checkout/return/{bought.payment_id}")
        assert world.rows("SELECT status FROM payment") == [("pending",)], "the page did not ask"
        app.extensions["settings"] = before
        client.get(f"/checkout/return/{bought.payment_id}")
        assert world.rows("SELECT status FROM payment") == [("completed",)]
        long = replace(before, payment_tracking=PaymentTracking(session_expiry_minutes=120))
        app.extensions["settings"] = long
        world.open_purchase(12_000)
    finally:
        app.extensions["settings"] = before
    [(minutes,)] = world.rows(
        "SELECT extract(epoch FROM expires_at - created_at)::int / 60 FROM payment ORDER BY id DESC LIMIT 1"
    )
    assert 120 <= int(str(minutes)) <= 122


@pytest.mark.parametrize(
    "document",
    [
        "payment_tracking:\n  check_duplicates_before_credit: false\n",
        "payment_tracking:\n  session_expiry_minutes: 5\n",
        "recovery:\n  max_verification_attempts: -1\n",
        "recovery:\n  unknown: 1\n",
    ],
)
def test_what_the_shop_cannot_do_keeps_it_from_starting(tmp_path: Path, document: str) -> None:
    with pytest.raises(ConfigurationError):
        create_app(told(tmp_path, document))
