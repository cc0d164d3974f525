"""Who asked for a link is told, by mail with the link: found by looking, so that asking takes as long for nobody."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from marketplace import db
from marketplace.accounts import link_rules
from marketplace.accounts.models import LinkPurpose, LinkRequest, User
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.operations import NewFact

SUBJECT = "link_request"
_MOST = 500
_KINDS = {
    LinkPurpose.RESET: NotificationKind.RESET_ASKED,
    LinkPurpose.VERIFY: NotificationKind.CONFIRMATION_ASKED,
}
_UNTOLD = (
    select(LinkRequest.id, LinkRequest.purpose, LinkRequest.user_id, LinkRequest.at, User.email)
    .join(User, User.id == LinkRequest.user_id)
    .outerjoin(
        Notification,
        and_(
            Notification.user_id == LinkRequest.user_id,
            Notification.subject == SUBJECT,
            Notification.subject_id == LinkRequest.id,
        ),
    )
    .where(LinkRequest.used_at.is_(None), Notification.id.is_(None))
    .order_by(LinkRequest.id)
    .limit(_MOST)
)


def due(system_now: datetime) -> list[NewFact]:
    """Return whom to tell of links that were asked for and still work."""
    open_ones = or_(
        *(
            and_(LinkRequest.purpose == purpose, LinkRequest.at > system_now - link_rules.LIFETIMES[purpose])
            for purpose in LinkPurpose
        )
    )
    return [
        NewFact(
            row.user_id,
            _KINDS[row.purpose],
            SUBJECT,
            row.id,
            {"email": row.email, "until": link_rules.ends_at(row.purpose, row.at).isoformat()},
        )
        for row in db.read(_UNTOLD.where(open_ones))
    ]
