"""demo.env: secrets are made once and kept, addresses follow the ports; a taken port is named with its taker."""

import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.console import Failure
from launcher.databases import ROLES
from launcher.places import Places, find_places
from launcher.postgres import Cluster
from launcher.settings import chosen_ports, read_settings, renew_settings, role_passwords
from tests.postgres_server import ThrowAwayCluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    own = ThrowAwayCluster()
    own.start()
    yield own.cluster
    own.remove()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "var").mkdir()
    return find_places(tmp_path, {})


def renew(places: Places, cluster: Cluster, **ports: int) -> dict[str, str]:
    passwords = role_passwords(read_settings(places.settings_file))
    return renew_settings(places, cluster, passwords, {"PORT": 8000, "SANDBOX_PORT": 8100, **ports})


def test_the_file_holds_what_other_programs_need_and_is_private(places: Places, cluster: Cluster) -> None:
    settings = renew(places, cluster)
    assert read_settings(places.settings_file) == settings
    assert stat.S_IMODE(places.settings_file.stat().st_mode) == 0o600
    assert settings["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert settings["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")
    assert settings["STRIPE_API_BASE"] == "http://localhost:8100"
    assert settings["SANDBOX_WEBHOOK_URL"] == "http://localhost:8000/webhooks/stripe"
    assert settings["SANDBOX_CONNECT_WEBHOOK_URL"] == "http://localhost:8000/webhooks/stripe/connect"
    assert settings["DATABASE_URL"].startswith("postgresql://marketplace_app:")
    assert settings["DATABASE_OWNER_URL"].startswith("postgresql://marketplace_owner:")


def test_a_later_start_keeps_secrets_and_follows_the_ports(places: Places, cluster: Cluster) -> None:
    first = renew(places, cluster)
    with places.settings_file.open("a", encoding="utf-8") as file:
        file.write("MARKETPLACE_CONFIG=/etc/shop.yaml\n")
    second = renew(places, cluster, PORT=9000)
    moved = {name for name, value in second.items() if first.get(name) != value}
    hooks = {"SANDBOX_WEBHOOK_URL", "SANDBOX_CONNECT_WEBHOOK_URL", "SANDBOX_PAYPAL_WEBHOOK_URL"}
    assert moved == {"PORT", "MARKETPLACE_BASE_URL", "MARKETPLACE_CONFIG"} | hooks
    assert second["MARKETPLACE_CONFIG"] == "/etc/shop.yaml"


def test_each_role_has_a_password_of_its_own(places: Places, cluster: Cluster) -> None:
    renew(places, cluster)
    passwords = role_passwords(read_settings(places.settings_file))
    assert len(set(passwords.values())) == len(ROLES)


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=f"Port {port} is taken by .*SANDBOX_PORT={port + 1}") as failure:
            chosen_ports({"SANDBOX_PORT": str(port)})
    if sys.platform == "linux":
        assert "process" in str(failure.value)


@pytest.mark.parametrize("port", ["0", "80", "6000", "70000", "eighty", "-8000"])
def test_ports_that_no_browser_opens_are_refused(port: str) -> None:
    with pytest.raises(Failure, match="no port a browser opens"):
        chosen_ports({"PORT": port})


def test_two_servers_need_two_ports() -> None:
    with pytest.raises(Failure, match="must differ"):
        chosen_ports({"PORT": "8100"})
