"""A certificate of the box's own authority, or the given one, or a clear refusal."""

import ssl

import pytest

from appliance.config import Config
from appliance.ops.certificates import ensure_certificate, read_certificate
from appliance.ops.errors import CertificateError
from appliance.ops.folders import make_folders


@pytest.fixture
def open_box(tmp_path):
    chosen = Config(var=tmp_path / "var", bind="0.0.0.0:8443", hosts=("desk.bank", "10.1.2.3"))
    make_folders(chosen)
    return chosen


def test_a_local_address_needs_none(tmp_path):
    chosen = Config(var=tmp_path, bind="127.0.0.1:8000")
    ensure_certificate(chosen)
    assert not chosen.certificate_file.exists()


def test_a_browser_that_trusts_the_authority_accepts_it(open_box):
    ensure_certificate(open_box)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
        open_box.certificate_file, open_box.certificate_key_file
    )
    trusting = ssl.create_default_context(cafile=open_box.authority_file)
    assert trusting.cert_store_stats()["x509_ca"] == 1
    made = read_certificate(open_box.certificate_file)
    made.verify_directly_issued_by(read_certificate(open_box.authority_file))
    assert open_box.certificate_key_file.stat().st_mode & 0o777 == 0o600


def test_it_is_kept_until_names_change(open_box):
    ensure_certificate(open_box)
    first = open_box.certificate_file.read_bytes()
    authority = open_box.authority_file.read_bytes()
    ensure_certificate(open_box)
    assert open_box.certificate_file.read_bytes() == first
    ensure_certificate(open_box.model_copy(update={"hosts": ("other.bank",)}))
    assert open_box.certificate_file.read_bytes() != first
    assert open_box.authority_file.read_bytes() == authority


def test_a_given_pair_must_belong_together(open_box, tmp_path):
    ensure_certificate(open_box)
    given = open_box.model_copy(
        update={
            "certificate": open_box.certificate_file,
            "certificate_key": open_box.certificate_key_file,
        }
    )
    ensure_certificate(given)
    other = Config(var=tmp_path / "other", bind="0.0.0.0:8443")
    make_folders(other)
    ensure_certificate(other)
    with pytest.raises(CertificateError, match="want a pair"):
        ensure_certificate(given.model_copy(update={"certificate_key": other.certificate_key_file}))
    with pytest.raises(CertificateError, match="STRONGROOM_CERTIFICATE"):
        ensure_certificate(given.model_copy(update={"certificate": tmp_path / "absent.pem"}))
