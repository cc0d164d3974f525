"""Which roles and databases does the shop need? The same for `make run` and for the tests."""

from __future__ import annotations

from launcher.postgres import Cluster

OWNER = "marketplace_owner"  # migrations and test clean-up
APPLICATION = "marketplace_app"  # the shop: only what migrations grant
SANDBOX = "sandbox"
ROLES = (OWNER, APPLICATION, SANDBOX)


def role_statement(role: str, password: str) -> str:
    """Return the SQL that makes a role if it is missing and gives it this password."""
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
        f"THEN CREATE ROLE {role} LOGIN; END IF; END $$;\n"
        f"ALTER ROLE {role} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}';\n"
    )


def create_statement(database: str, owner: str, template: str = "template0") -> str:
    """Return the SQL that makes a database which sorts the same on every machine."""
    provider = "" if template != "template0" else " ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
    return f'CREATE DATABASE "{database}" OWNER {owner} TEMPLATE "{template}" STRATEGY file_copy{provider};\n'


def access_statement(database: str, roles: tuple[str, ...]) -> str:
    """Return the SQL that lets the named roles in, besides the owner, and nobody else."""
    grants = "".join(f'GRANT CONNECT ON DATABASE "{database}" TO {role};\n' for role in roles)
    return f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;\n{grants}'


def schema_statement(roles: tuple[str, ...]) -> str:
    """Return the SQL, run inside a database, that shows its schema to the named roles and to nobody else."""
    grants = "".join(f"GRANT USAGE ON SCHEMA public TO {role};\n" for role in roles)
    return f"REVOKE ALL ON SCHEMA public FROM PUBLIC;\n{grants}"


def prepare_databases(cluster: Cluster, passwords: dict[str, str]) -> bool:
    """Make the roles and the databases `marketplace` and `sandbox`; keeps what is there, renews the passwords.

    Returns whether a database is new, and so empty.
    """
    cluster.execute("".join(role_statement(role, passwords[role]) for role in ROLES))
    present = cluster.execute("SELECT datname FROM pg_database;")
    for database, owner, guests in (("marketplace", OWNER, (APPLICATION,)), ("sandbox", SANDBOX, ())):
        if database not in present:
            cluster.execute(create_statement(database, owner))
        cluster.execute(access_statement(database, guests))
        cluster.execute(schema_statement(guests), database)
    return not {"marketplace", "sandbox"} <= set(present)
