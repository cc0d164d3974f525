"""The link that turns mails off without a sign-in: who and which, signed by the installation, good for ever."""

from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer

from marketplace.errors import NotFound
from marketplace.language import gettext as _
from marketplace.mails.topics import Topic

_SALT = "mail-unsubscribe"


def unsubscribe_token(secret_keys: Sequence[str], user_id: int, topic: Topic) -> str:
    """Return the token of one person and topic, signed by the first of `secret_keys`."""
    token = _serializer(secret_keys).dumps([user_id, topic.value])
    return token if isinstance(token, str) else token.decode()


def read_token(secret_keys: Sequence[str], token: str) -> tuple[int, Topic]:
    """Return whom and which a token means. Raises NotFound for one that none of `secret_keys` has signed."""
    try:
        user_id, topic = _serializer(secret_keys).loads(token)
        return int(user_id), Topic(topic)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound(_("This link is not complete. Choose your mails in your account.")) from error


def _serializer(secret_keys: Sequence[str]) -> URLSafeSerializer:
    # itsdangerous signs with the last key, the configuration with the first.
    return URLSafeSerializer(list(reversed(secret_keys)), salt=_SALT)
