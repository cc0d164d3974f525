"""The links sellers are sent through: to the onboarding page, and to their own small dashboard."""

from marketplace.sandbox import accounts
from marketplace.sandbox.errors import refused
from marketplace.sandbox.session_params import read_url
from marketplace.sandbox.store import Stored, Work
from marketplace.sandbox.wire import JSON, Reader

OPEN_SECONDS = 300
"""How long a link can be opened, in virtual seconds. It opens once."""


def create(work: Work, params: Reader, base_url: str) -> Stored:
    """Create a link to the onboarding page and return it. Raises ApiError."""
    account = accounts.retrieve(work, params.required("account", 255), lock=True)
    if params.text("type") is None:
        raise params.lacking("type")
    kind = params.choice("type", ("account_onboarding", "account_update"))
    urls = {name: read_url(params, name) for name in ("refresh_url", "return_url")}
    for name, url in urls.items():
        if url is None:
            raise params.lacking(name)
    options, collect = params.group("collection_options"), params.choice("collect", ("currently_due", "eventually_due"))
    if options:
        collect = options.choice("fields", ("currently_due", "eventually_due")) or collect
        options.choice("future_requirements", ("include", "omit"))
        options.finish()
    params.finish()
    if kind == "account_update" and account.data["controller"]["requirement_collection"] != "application":
        raise refused(
            "You cannot create `account_update` type Account Links for this account. Use `account_onboarding` instead.",
            param="type",
        )
    account.private["linked"] = True
    work.save(account)
    private = {**urls, "account": account.id, "collect": collect or "currently_due", "opened": False}
    link = work.add("account_link", {"expires_at": work.now + OPEN_SECONDS}, private)
    link.data["url"] = f"{base_url}/setup/s/{account.id}/{link.id.partition('_')[2]}"
    work.save(link)
    return link


def open_once(work: Work, account_id: str, token: str) -> tuple[Stored | None, bool]:
    """Return the link behind an address, if any, and whether it may be used; it may be once and not too late."""
    link = work.lock("account_link", f"alink_{token}")
    if link is None or link.private["account"] != account_id:
        return None, False
    account = work.get("account", account_id)
    fresh = not link.private["opened"] and link.data["expires_at"] > work.now
    if account is None or account.private.get("deleted") or not fresh:
        return link, False
    link.private["opened"] = True
    work.save(link)
    return link, True


def create_login(work: Work, account_id: str, params: Reader, base_url: str) -> JSON:
    """Create a link to the small dashboard of an Express account. Raises ApiError."""
    account = accounts.retrieve(work, account_id)
    params.finish()
    if account.data["controller"]["stripe_dashboard"]["type"] != "express":
        raise refused("Cannot create a login link for an account that does not use the Express Dashboard.")
    if not account.data["details_submitted"]:
        raise refused("Cannot create a login link for an account that has not completed onboarding.")
    link = work.add("login_link", {}, {"account": account_id, "opened": False})
    url = f"{base_url}/express/{account_id}/{link.id.partition('_')[2]}"
    return {"object": "login_link", "created": link.created, "url": url}


def open_login_once(work: Work, account_id: str, token: str) -> bool:
    """Return whether a login link may be used; it may be once, for as long as an account link."""
    link = work.lock("login_link", f"llink_{token}")
    if link is None or link.private["account"] != account_id or link.private["opened"]:
        return False
    account = work.get("account", account_id)
    if account is None or account.private.get("deleted") or link.created + OPEN_SECONDS <= work.now:
        return False
    link.private["opened"] = True
    work.save(link)
    return True
