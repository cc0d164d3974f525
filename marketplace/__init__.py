"""A self-hosted marketplace: buyers pay once for a cart of several sellers, and every cent is accounted for."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from marketplace.config import Settings

_PACKAGE = Path(__file__).parent


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Return the application for `settings` (default: the environment's).

    Raises ConfigurationError when a setting is missing or wrong. The imports stand here, so that a part of the
    package (the payment records, the sandbox) can be imported without the shop.
    """
    from flask import Flask
    from flask_migrate import Migrate

    from marketplace import cli, clock, config, db, web

    settings = settings or config.load()
    app = Flask(__name__, template_folder=str(_folder("templates")), static_folder=str(_folder("static")))
    app.config.update(db.engine_settings(settings.database_url, settings.database_pool))
    app.extensions["settings"] = settings
    clock.follow(settings.var_dir / "clock" if settings.demo else None)
    db.database.init_app(app)
    Migrate(app, db.database, directory=str(_folder("migrations")))
    web.register(app, settings)
    cli.register(app)
    return app


def _folder(name: str) -> Path:
    """Return the top-level folder of a checkout, or the copy inside an installed wheel."""
    beside = _PACKAGE.parent / name
    return beside if (beside.parent / "setup.cfg").exists() else _PACKAGE / f"_{name}"
