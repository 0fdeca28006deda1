"""TLS for an address that others can reach: the given certificate, or one of a local authority.

The authority's own certificate is what clients import once; its key never leaves the box.
Validity of server certificates: 397 days, the most that browsers accept.
"""

import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.config import Config
from appliance.ops.errors import CertificateError
from appliance.ops.folders import write_private

_AUTHORITY_LIFE = timedelta(days=3650)
_LIFE = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)


def ensure_certificate(config: Config) -> None:
    """Raises: CertificateError."""
    if config.is_loopback:
        return
    if config.certificate is not None:
        _check_given(config)
        return
    with suppress(OSError, ValueError):
        present = read_certificate(config.certificate_file)
        names = present.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        left = present.not_valid_after_utc - datetime.now(UTC)
        if left > RENEW_BEFORE and set(names) == set(_names(config)):
            return
    _issue(config)


def read_certificate(path: Path) -> x509.Certificate:
    """Raises: OSError, ValueError."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def _check_given(config: Config) -> None:
    try:
        certificate = read_certificate(config.certificate_file)
        key = load_pem_private_key(config.certificate_key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise CertificateError(
            f"got no usable {config.certificate_file} with {config.certificate_key_file}, "
            "want a certificate and its key in PEM: STRONGROOM_CERTIFICATE and "
            "STRONGROOM_CERTIFICATE_KEY"
        ) from fault
    if certificate.public_key() != key.public_key():
        raise CertificateError("got a certificate and the key of another, want a pair")
    if certificate.not_valid_after_utc < datetime.now(UTC):
        raise CertificateError(
            f"got a certificate that ended on {certificate.not_valid_after_utc:%Y-%m-%d}, "
            "want a current one"
        )


def _issue(config: Config) -> None:
    authority, authority_key = _authority(config)
    key = ec.generate_private_key(ec.SECP256R1())
    names = _names(config)
    builder = _builder(str(config.host), authority.subject, key.public_key(), _LIFE)
    made = (
        builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    write_private(config.certificate_key_file, _private(key))
    write_private(config.certificate_file, _pem(made) + _pem(authority))


def _authority(config: Config) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key_file = config.keys / "authority.key"
    with suppress(OSError, ValueError):
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return read_certificate(config.authority_file), key
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Strongroom local authority")])
    made = (
        _builder("Strongroom local authority", subject, key.public_key(), _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private(key_file, _private(key))
    write_private(config.authority_file, _pem(made))
    return made, key


def _builder(
    name: str, issuer: x509.Name, public: ec.EllipticCurvePublicKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # A client's clock may run behind ours.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + life)
    )


def _names(config: Config) -> list[x509.GeneralName]:
    """Under which names and addresses this box may be asked for."""
    wanted = {config.host, *config.hosts, socket.gethostname(), "localhost", "127.0.0.1"}
    made: list[x509.GeneralName] = []
    for name in sorted(wanted - {"0.0.0.0", "::"}):  # noqa: S104
        try:
            made.append(x509.IPAddress(ip_address(name)))
        except ValueError:
            made.append(x509.DNSName(name))
    return made


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
