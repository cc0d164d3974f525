"""The other side of the comparison: the least that a Flask page and a webhook can be. Nothing of the marketplace.

The page reads 20 rows by one query and renders them. The webhook verifies a signature and writes ten rows in one
SERIALIZABLE transaction, sent as one batch. Served by the same gunicorn settings as the shop.
"""

import json
import os
from typing import Any

import psycopg
import stripe
from flask import Flask, render_template, request
from psycopg import IsolationLevel
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

SECRET = "whsec_bare"  # noqa: S105  signs events of this benchmark only
SCHEMA = """
CREATE TABLE item (id bigint PRIMARY KEY, title text, seller text, price text, stock int);
INSERT INTO item
SELECT n, 'Brake disc ' || n, 'Seller ' || n % 9, '$' || n || '.00', n % 7 FROM generate_series(1, 500) n;
CREATE TABLE payment (id bigint PRIMARY KEY, status text NOT NULL) WITH (fillfactor = 70);
CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id text UNIQUE, payload jsonb);
CREATE TABLE change (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject_id bigint, status text);
CREATE TABLE posting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payment_id bigint, account text, minor bigint);
"""
_RETRIES = 5
_ROWS = "SELECT id, title, seller, price, stock FROM item ORDER BY id DESC LIMIT 20"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Items</title></head><body><h1>Items</h1><table>
{% for row in rows %}
<tr><td><a href="/item/{{ row[0] }}">{{ row[1] }}</a></td><td>{{ row[2] }}</td><td>{{ row[3] }}</td>
<td>{{ row[4] }}</td></tr>
{% endfor %}
</table></body></html>"""


def create_bare(url: str, pool_size: int) -> Flask:
    """Return the bare application on the database at `url`."""
    app = Flask(__name__)
    template = app.jinja_env.from_string(_PAGE)
    options = {"autocommit": True, "options": "-c enable_seqscan=off"}
    pool = ConnectionPool(url, kwargs=options, min_size=pool_size, max_size=pool_size, configure=_isolate, open=True)

    @app.get("/")
    def page() -> str:
        with pool.connection() as connection:
            rows = connection.execute(_ROWS).fetchall()
        return render_template(template, rows=rows)

    @app.post("/webhook")
    def webhook() -> dict[str, str]:
        body = request.get_data(cache=False)
        stripe.WebhookSignature.verify_header(body.decode(), request.headers["Stripe-Signature"], SECRET, 300)
        event = json.loads(body)
        for _ in range(_RETRIES):
            try:
                with pool.connection() as connection:
                    _settle(connection, event)
            except psycopg.errors.SerializationFailure:
                continue
            return {"status": "success"}
        raise RuntimeError("every try collided")

    return app


def _isolate(connection: psycopg.Connection[Any]) -> None:
    connection.isolation_level = IsolationLevel.SERIALIZABLE


def _settle(connection: psycopg.Connection[Any], event: dict[str, Any]) -> None:
    """Write ten rows: the event, the payment, four changes of status and four postings."""
    paid = event["data"]["object"]
    payment_id = int(paid["metadata"]["payment_id"])
    amount = paid["amount_total"] if "amount_total" in paid else paid["amount"]
    shares = (("clearing", amount), ("held", -amount + 7), ("fee", -5), ("processing", -2))
    with connection.transaction(), connection.pipeline(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO event (event_id, payload) VALUES (%s, %s)", (event["id"], Jsonb(event)))
        cursor.execute("UPDATE payment SET status = 'paid' WHERE id = %s", (payment_id,))
        cursor.executemany(
            "INSERT INTO change (subject_id, status) VALUES (%s, %s)",
            [(payment_id, status) for status in ("known", "paid", "held", "told")],
        )
        cursor.executemany(
            "INSERT INTO posting (payment_id, account, minor) VALUES (%s, %s, %s)",
            [(payment_id, account, minor) for account, minor in shares],
        )


def from_environment() -> Flask:
    """Return the application for gunicorn; the benchmark sets BENCH_BARE_URL and DATABASE_POOL."""
    return create_bare(os.environ["BENCH_BARE_URL"], int(os.environ["DATABASE_POOL"]))
