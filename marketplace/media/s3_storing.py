"""Files in an S3-compatible store: any server that speaks it. Keys come from the environment, as boto3 reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from marketplace.config import MediaPolicy
from marketplace.errors import NotFound
from marketplace.language import gettext as _

_NOT_THERE = frozenset({"NoSuchKey", "404"})
_PATIENCE = {"connect_timeout": 3, "read_timeout": 10, "retries": {"max_attempts": 3, "mode": "standard"}}


@dataclass(frozen=True, slots=True)
class S3Store:
    """A folder of a bucket: what stands before every name."""

    client: Any
    bucket: str
    prefix: str

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` in the bucket, readable with its keys only."""
        with _as_a_disk():
            self.client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content)

    def open(self, name: str) -> BinaryIO:
        """Fetch the object; raises NotFound without it."""
        with _as_a_disk(), self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"] as body:
            return BytesIO(body.read())

    def drop(self, name: str) -> None:
        """Delete the object."""
        with _as_a_disk():
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)

    def names_before(self, moment: datetime) -> Iterator[str]:
        """Yield the objects that were not written since `moment`, a thousand with each question."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix):
            for found in page.get("Contents", ()):
                if found["LastModified"] < moment:
                    yield found["Key"].removeprefix(self.prefix)


@contextmanager
def _as_a_disk() -> Iterator[None]:
    """Tell what went wrong as a folder does: NotFound for a file that is not there, OSError for a store that fails."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        answer = error.response["Error"] if isinstance(error, ClientError) else {}
        if answer.get("Code") in _NOT_THERE:
            raise NotFound(_("There is no such file.")) from error
        raise OSError(f"The store of files did not do it: {error}") from error


def bucket(policy: MediaPolicy, folder: str) -> S3Store:
    """Return `folder` of the bucket that the settings name."""
    return S3Store(_client(policy.s3_endpoint, policy.s3_region), policy.s3_bucket, f"{policy.s3_prefix}{folder}/")


@lru_cache(maxsize=4)
def _client(endpoint: str, region: str) -> Any:
    """Return a client; making one takes longer than asking it, and threads may share it."""
    return boto3.client("s3", endpoint_url=endpoint or None, region_name=region or None, config=Config(**_PATIENCE))
