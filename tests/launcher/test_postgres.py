"""The PostgreSQL in the box: its own roles, a private socket, adopted after a killed start, stopped by the next."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from launcher.databases import APPLICATION, OWNER, ROLES, SANDBOX, prepare_databases
from launcher.places import LONGEST_SOCKET_FOLDER, borrowed_account, socket_folder
from launcher.postgres import VOLATILE, Cluster, find_binaries
from tests.postgres_server import ThrowAwayCluster

PASSWORDS = {role: f"password-of-{role}" for role in ROLES}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    own = ThrowAwayCluster()
    own.start()
    assert prepare_databases(own.cluster, PASSWORDS)
    yield own.cluster
    own.remove()


def connect(cluster: Cluster, role: str, database: str) -> psycopg.Connection:
    return psycopg.connect(cluster.url(role, PASSWORDS[role], database), autocommit=True)


def test_it_is_postgresql_18_and_sorts_the_same_everywhere(cluster: Cluster) -> None:
    with connect(cluster, OWNER, "marketplace") as connection:
        assert connection.info.server_version // 10_000 == 18
        query = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s"
        assert connection.execute(query, ("marketplace",)).fetchone() == ("b", "C.UTF-8", "UTF8")
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_preparing_again_keeps_what_is_there(cluster: Cluster) -> None:
    with connect(cluster, OWNER, "marketplace") as connection:
        connection.execute("CREATE TABLE kept (id integer)")
    assert not prepare_databases(cluster, PASSWORDS)
    with connect(cluster, OWNER, "marketplace") as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_the_application_may_only_what_it_was_granted(cluster: Cluster) -> None:
    with connect(cluster, OWNER, "marketplace") as connection:
        connection.execute("CREATE TABLE ungranted (id integer)")
    with connect(cluster, APPLICATION, "marketplace") as connection:
        for forbidden in (
            "SELECT * FROM ungranted",
            "CREATE TABLE own (id integer)",
            "CREATE TEMP TABLE own (id integer)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


@pytest.mark.parametrize(("role", "database"), [(APPLICATION, "sandbox"), (SANDBOX, "marketplace"), (OWNER, "sandbox")])
def test_shop_and_sandbox_cannot_see_each_other(cluster: Cluster, role: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(cluster, role, database)


def test_nobody_comes_in_without_the_password(cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(cluster.url(OWNER, "guessed", "marketplace"))


def test_socket_and_data_are_private(cluster: Cluster) -> None:
    for folder in (cluster.sockets, cluster.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_server_left_running_is_adopted_and_stopped(tmp_path_factory: pytest.TempPathFactory) -> None:
    own = ThrowAwayCluster()
    own.start()
    second = Cluster(own.cluster.folder, find_binaries(Path(sys.prefix)), borrowed_account(), VOLATILE)
    second.start()
    assert second.adopted
    assert second.execute("SELECT 1;") == ["1"]
    second.stop()
    assert own.cluster.has_ended() or not (own.cluster.data / "postmaster.pid").exists()
    own.remove()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_the_server_ends_with_a_killed_starter() -> None:
    code = (
        "import os, signal; from tests.postgres_server import ThrowAwayCluster; own = ThrowAwayCluster(); own.start(); "
        "print(own.folder, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    folder = Path(killed.stdout.strip())
    cluster = Cluster(folder / "postgres", find_binaries(Path(sys.prefix)), borrowed_account(), VOLATILE)
    cluster.start()  # waits for the end of the dying server
    assert cluster.execute("SELECT 1;") == ["1"]
    own = ThrowAwayCluster.__new__(ThrowAwayCluster)
    own.folder, own.cluster = folder, cluster
    own.remove()


def test_a_long_path_gets_a_short_private_socket_folder(tmp_path: Path) -> None:
    cluster = tmp_path / ("long" * 30)
    cluster.mkdir()
    folder = socket_folder(cluster, None)
    assert len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert socket_folder(cluster, None) == folder
    folder.chmod(0o755)
    fresh = socket_folder(cluster, None)
    assert fresh != folder
    folder.rmdir()
    fresh.rmdir()
