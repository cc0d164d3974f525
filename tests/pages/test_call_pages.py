"""The pages of calls: what stands how, what comes next, and a decision of a person."""

import csv
import io

from tests.builders import World, form_token
from tests.operations.test_call_decisions import blocked, lost_refund
from tests.pages.test_payout_pages import said


def test_an_admin_finds_a_call_reads_it_and_decides(world: World) -> None:
    """From the list of what needs a person to the row's own page, with two presses of one form."""
    admin = world.client(world.person("Ada Admin", is_admin=True))
    assert "Nothing needs a person" in said(admin.get("/admin/calls").text)
    lost_refund(world)
    unknown = said(admin.get("/admin/calls?tab=unknown").text)
    assert "It is sent again with the same key at" in unknown
    call_id = blocked(world, "refund")

    shown = admin.get("/admin/calls").text
    assert f'href="/admin/calls/{call_id}"' in shown
    assert "Refund RF-" in shown
    [(key, subject_id)] = world.rows("SELECT idempotency_key, subject_id FROM outbound_call WHERE id = %s", call_id)
    for query, is_there in ((f"q={key}", True), (f"q={subject_id}&kind=refund", True), ("kind=transfer", False)):
        assert (f'/admin/calls/{call_id}"' in admin.get(f"/admin/calls?{query}").text) is is_there, query
    assert "No call found" in admin.get("/admin/calls?q=nothing").text
    file = list(csv.reader(io.StringIO(admin.get("/admin/calls?format=csv").text.removeprefix("\ufeff"))))
    assert [row[0] for row in file[1:]] == [str(call_id)]

    page = admin.get(f"/admin/calls/{call_id}").text
    text = said(page)
    assert "Nothing is sent again. It is looked up once a day" in text
    assert str(key) in text
    assert "No answer that can be trusted" in text
    assert "Looked up: the provider may have forgotten the key" in text
    assert "Handed to a person" in text
    assert "Send it again with the same key" not in text
    form = {"csrf_token": form_token(page), "step": "look_up", "reason": "A customer asks."}
    form |= {
        name: page.partition(f'name="{name}"')[2].partition('value="')[2].partition('"')[0]
        for name in ("seen", "token")
    }
    empty = admin.post(f"/admin/calls/{call_id}/decide", data=form | {"reason": ""})
    assert empty.status_code == 422
    assert "Give the reason" in empty.text
    for words in ("The provider has nothing of it.", "decided already, by the same form"):
        told = admin.post(f"/admin/calls/{call_id}/decide", data=form, follow_redirects=True).text
        assert words in said(told)
    assert "A customer asks. The provider has nothing of it." in said(told)
    assert "Ada Admin" in told
    stale = admin.post(f"/admin/calls/{call_id}/decide", data=form | {"token": "x" * 20}, follow_redirects=True)
    assert "Something has happened to this call since you looked at it" in said(stale.text)
