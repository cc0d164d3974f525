"""Where files lie: a folder or an S3-compatible store, spoken to over HTTP. Both keep the same promises."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from marketplace import lost_files
from marketplace.catalog import picture_flows, picture_queries
from marketplace.catalog.picture_flows import SentPicture
from marketplace.config import ConfigurationError, MediaPolicy
from marketplace.disputes import flows as disputes
from marketplace.disputes.evidence_rules import EvidenceFile
from marketplace.errors import Invalid, NotFound
from marketplace.media import storing
from marketplace.media.storing import FileStore, LocalStore
from marketplace.providers.base import Refused, Unknown
from marketplace.providers.disputes import EVIDENCE_FOLDER
from marketplace.providers.stripe import StripeProvider
from tests.builders import World
from tests.evidence import opened, pdf, photo
from tests.journeys.test_disputes import FRAUD, bought_with

_KEYS = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "its-secret", "AWS_EC2_METADATA_DISABLED": "true"}
SOON = timedelta(minutes=1)


@pytest.fixture(scope="module")
def policy() -> Iterator[MediaPolicy]:
    """An S3 server of this test with an empty bucket, as the settings name it."""
    before = {name: os.environ.get(name) for name in _KEYS}
    os.environ.update(_KEYS)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    named = MediaPolicy(
        s3_bucket="pictures", s3_endpoint=f"http://{host}:{port}", s3_region="us-east-1", s3_prefix="shop/"
    )
    client = boto3.client("s3", endpoint_url=named.s3_endpoint, region_name=named.s3_region)
    client.create_bucket(Bucket=named.s3_bucket)
    client.close()
    yield named
    server.stop()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def keeps_its_promises(store: FileStore) -> None:
    now = datetime.now(UTC)
    store.put("one.jpg", b"1")
    store.put("two.jpg", b"2")
    store.put("two.jpg", b"22")
    with store.open("two.jpg") as file:
        assert file.read() == b"22"
    assert sorted(store.names_before(now + SOON)) == ["one.jpg", "two.jpg"]
    assert list(store.names_before(now - SOON)) == []
    store.drop("one.jpg")
    store.drop("one.jpg")
    with pytest.raises(NotFound):
        store.open("one.jpg")
    assert list(store.names_before(now + SOON)) == ["two.jpg"]


def test_a_folder_keeps_files(tmp_path: Path) -> None:
    assert list(LocalStore(tmp_path / "none").names_before(datetime.now(UTC))) == []
    keeps_its_promises(storing.store(MediaPolicy(), tmp_path, "media"))
    assert (tmp_path / "media").stat().st_mode & 0o077 == 0


def test_a_bucket_keeps_files_and_other_folders_are_others(policy: MediaPolicy, tmp_path: Path) -> None:
    other = storing.store(policy, tmp_path, "messages")
    other.put("one.jpg", b"other")
    keeps_its_promises(storing.store(policy, tmp_path, "tried"))
    with other.open("one.jpg") as file:
        assert file.read() == b"other"
    assert list(tmp_path.iterdir()) == [], "nothing lies in the folder"


def test_pictures_are_kept_sized_and_swept_in_a_bucket(world: World, policy: MediaPolicy) -> None:
    store = storing.store(policy, world.settings.var_dir, picture_flows.FOLDER)
    seller_id = world.seller()
    listing_id = world.listing(seller_id, 100)
    sent = [SentPicture("a.jpg", photo(700, 500))]
    now = datetime.now(UTC)
    picture_flows.add(sent, seller_id=seller_id, listing_id=listing_id, most=3, store=store, now=now)
    assert picture_flows.make_sizes(store) == 1
    [picture] = picture_queries.of_listing(listing_id, seller_id)
    stem = picture.file_name.removesuffix(".jpg")
    with store.open(f"{stem}.320.webp") as file:
        assert opened(file.read()).size == (320, 229)
    store.put("lost.jpg", b"half")
    assert picture_flows.sweep(store, before=now - SOON) == 0
    assert picture_flows.sweep(store, before=now + SOON) == 1
    assert len(list(store.names_before(now + SOON))) == 3


def test_evidence_lies_in_the_bucket_and_goes_to_the_bank_from_there(
    world: World, policy: MediaPolicy, tmp_path: Path
) -> None:
    settings = replace(world.settings, media=policy, var_dir=tmp_path)
    provider = StripeProvider(settings)
    store = storing.store(policy, tmp_path, EVIDENCE_FOLDER)
    bought_with(world, FRAUD, 10_000)
    admin = world.person("Ada Admin", is_admin=True)
    [(dispute_id,)] = world.rows("SELECT id FROM dispute")
    keep = partial(
        disputes.keep_file,
        user_id=admin,
        is_admin=True,
        dispute_id=int(str(dispute_id)),
        file_name="a.pdf",
        now=world.now,
    )
    keep(pdf(), kind=EvidenceFile.RECEIPT, store=store)
    with pytest.raises(Invalid):
        keep(b"MZ", kind=EvidenceFile.RECEIPT, store=store)
    with pytest.raises(NotFound):
        keep(pdf(), kind=EvidenceFile.RECEIPT, store=store, dispute_id=0)
    now = datetime.now(UTC)
    [name] = store.names_before(now + SOON)
    assert list(tmp_path.iterdir()) == [], "nothing lies in the folder"

    disputes.submit(
        admin_id=admin,
        dispute_id=int(str(dispute_id)),
        providers={"stripe": provider},
        policy=world.settings.money,
        now=world.now,
    )

    assert world.rows("SELECT evidence_state FROM dispute") == [("submitted",)]
    [(sent,)] = world.rows("SELECT provider_file_id FROM dispute_file")
    with world.sandbox.sandbox.work() as work:
        assert work.need("file", str(sent)).data["size"] == len(pdf())
    world.settle_down()
    store.put("lost.pdf", pdf())
    assert lost_files.steps(settings, now + 2 * timedelta(days=1))["evidence swept"]() == 1
    assert list(store.names_before(now + SOON)) == [name]


def test_a_store_that_fails_is_no_answer_and_a_file_that_is_gone_is_one(world: World, policy: MediaPolicy) -> None:
    there = StripeProvider(replace(world.settings, media=policy))
    away = StripeProvider(replace(world.settings, media=away_policy(policy)))
    with pytest.raises(Unknown):
        away.disputes.upload(stored_name="a.pdf", name="a.pdf", key="a")
    with pytest.raises(Refused, match="file_missing"):
        there.disputes.upload(stored_name="gone.pdf", name="a.pdf", key="b")
    with pytest.raises(OSError, match="did not do it"):
        storing.store(away_policy(policy), world.settings.var_dir, "media").put("a.jpg", b"1")


def away_policy(policy: MediaPolicy) -> MediaPolicy:
    """Return settings that name a bucket which is not there."""
    return replace(policy, s3_bucket="no-such-bucket")


def test_a_shop_without_room_for_a_picture_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="pictures_per_listing is from 1 to 50"):
        MediaPolicy(pictures_per_listing=0)
