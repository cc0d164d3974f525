"""Answers for load balancers and monitoring (DESIGN 8)."""

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from marketplace import clock
from marketplace.errors import NotFound
from marketplace.reconciliation import board, board_rules, health
from marketplace.web import guards


def healthz() -> ResponseReturnValue:
    """Say that this process answers."""
    return {"status": "alive"}


def readyz() -> ResponseReturnValue:
    """Say whether the database answers and is migrated to what this version needs."""
    try:
        problem = health.not_ready(current_app.extensions["migrate"].directory)
    except SQLAlchemyError:
        problem = "the database does not answer"
    return ({"status": "not ready", "problem": problem}, 503) if problem else {"status": "ready"}


def metrics() -> ResponseReturnValue:
    """Give the figures to Prometheus: to admins, and to this machine itself when no proxy stands between.

    They are read from the database, so every worker process tells the same.
    """
    viewer = guards.current_viewer()
    is_local = request.remote_addr in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers
    if not (is_local or (viewer is not None and viewer.is_admin)):
        raise NotFound("This page does not exist.")
    registry = CollectorRegistry()
    for figure in health.figures():
        gauge = Gauge(figure.name, figure.meaning, list(figure.labels), registry=registry)
        for values, number in figure.samples:
            (gauge.labels(*values) if values else gauge).set(number)
    now, system_now = clock.now(), clock.system_now()
    counts = Gauge("marketplace_health", "What the health board counts, by tile", ["tile"], registry=registry)
    asks = Gauge("marketplace_health_level", "0 good, 1 look, 2 act, by tile", ["tile"], registry=registry)
    for reading in board.readings(now=now, system_now=system_now):
        counts.labels(reading.tile.value).set(reading.count)
        its_level = board_rules.level(reading, board_rules.time_of(reading.tile, now, system_now))
        asks.labels(reading.tile.value).set(list(board_rules.Level).index(its_level))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
