"""Endpoints behind https://, on real TLS sockets with certificates that are right, and wrong in the usual ways."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hanbench.harness.controllers.endpoint_address import CERTIFICATES, TOKEN
from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory
from hanbench.harness.controllers.preflight import ControllerStartError, startable_controller

DAY = timedelta(days=1)


class Certified(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def certified(
    common_name: str,
    issuer: Certified | None,
    *,
    address: str = "127.0.0.1",
    began: timedelta = -DAY,
    ends: timedelta = DAY,
) -> Certified:
    """A certificate for a server, by `issuer`, or for a CA, by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    signer = Certified(None, key) if issuer is None else issuer  # type: ignore[arg-type]
    now = datetime.now(UTC)
    use = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + began)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()),
            critical=False,
        )
        .add_extension(
            x509.KeyUsage(
                **use,
                digital_signature=True,
                key_cert_sign=issuer is None,
                crl_sign=issuer is None,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    return Certified(builder.sign(signer.key, hashes.SHA256()), key)


@pytest.fixture(scope="module")
def authority() -> Certified:
    return certified("A CA of our own", None)


@pytest.fixture
def tls(tmp_path) -> Callable[[Certified], ssl.SSLContext]:
    """`tls(certified)`: what a server with that certificate speaks."""

    def context(server: Certified) -> ssl.SSLContext:
        chain = tmp_path / "server.pem"
        key = server.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(key + server.certificate.public_bytes(serialization.Encoding.PEM))
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(chain)
        return made

    return context


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch, authority) -> Path:
    """The file of the CA of our own, named in the environment."""
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv(CERTIFICATES, str(file))
    monkeypatch.delenv(TOKEN, raising=False)
    return file


@pytest.mark.usefixtures("trusted", "nothing_stays_open")
def test_a_private_cas_certificate_is_good_where_the_environment_names_it(
    endpoint, retry, run_with, faults, tls, authority
):
    with endpoint(retry, tls(certified("endpoint", authority))) as url:
        assert url.startswith("https://")
        run = run_with(url)
    assert faults(run) == []
    assert run.outcome == "retry"


@pytest.mark.usefixtures("nothing_stays_open")
def test_a_self_signed_certificate_is_good_where_the_environment_names_it(
    endpoint, retry, run_with, faults, tls, trusted
):
    server = certified("endpoint", None)
    context = tls(server)
    with endpoint(retry, context) as url:
        # Another file than that of the CA: what one names is read once.
        own = trusted.with_name("own.pem")
        own.write_bytes(server.certificate.public_bytes(serialization.Encoding.PEM))
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(CERTIFICATES, str(own))
            run = run_with(url)
    assert faults(run) == []


@pytest.mark.usefixtures("nothing_stays_open")
@pytest.mark.parametrize(
    ("server", "said"),
    [
        (
            lambda ca: certified("endpoint", certified("Another CA", None)),
            "unable to get local issuer certificate (SSL",
        ),
        (lambda ca: certified("endpoint", None), "self-signed certificate (SSL_CERT_FILE can name your own CAs)"),
        (lambda ca: certified("endpoint", ca, began=-9 * DAY, ends=-DAY), "certificate has expired"),
        (lambda ca: certified("endpoint", ca, began=DAY, ends=9 * DAY), "certificate is not yet valid"),
        (lambda ca: certified("endpoint", ca, address="127.0.0.2"), "certificate is not valid for '127.0.0.1'"),
    ],
    ids=["unknown-ca", "self-signed", "expired", "not-yet", "wrong-name"],
)
def test_a_certificate_that_proves_nothing_is_refused_with_the_reason(
    endpoint, retry, run_with, faults, tls, authority, trusted, server, said
):
    asked = []
    with endpoint(lambda handler, turn: asked.append(turn), tls(server(authority))) as url:
        run = run_with(url)
    ((kind, text),) = faults(run)
    assert kind == "unreachable"
    assert text.startswith("its certificate is not trusted: ")
    assert said in text
    assert asked == []
    assert not run.as_expected


@pytest.mark.usefixtures("nothing_stays_open")
def test_a_ca_of_ones_own_that_nobody_named_is_refused(endpoint, retry, run_with, faults, tls, authority, monkeypatch):
    monkeypatch.delenv(CERTIFICATES, raising=False)
    with endpoint(retry, tls(certified("endpoint", authority))) as url:
        run = run_with(url)
    assert faults(run)[0][1].endswith("unable to get local issuer certificate (SSL_CERT_FILE can name your own CAs)")


@pytest.mark.usefixtures("trusted", "nothing_stays_open")
def test_tls_and_plain_text_do_not_mix(endpoint, retry, run_with, faults, tls, authority):
    with endpoint(retry) as url:
        ((kind, text),) = faults(run_with(url.replace("http:", "https:")))
    assert (kind, text.partition(":")[0]) == ("unreachable", "TLS failed")
    with endpoint(retry, tls(certified("endpoint", authority))) as url:
        ((kind, text),) = faults(run_with(url.replace("https:", "http:")))
    assert kind == "unreachable"


@pytest.mark.usefixtures("trusted", "impatient", "prompt", "nothing_stays_open")
def test_a_port_that_never_shakes_hands_keeps_nobody_waiting(run_with, faults):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        run = run_with(f"https://127.0.0.1:{listener.getsockname()[1]}/")
    assert faults(run) == [("silent", "no answer within 0.5 s")]


@pytest.mark.usefixtures("trusted", "impatient", "prompt", "nothing_stays_open")
def test_an_answer_that_trickles_through_tls_keeps_nobody_waiting(endpoint, run_with, faults, tls, authority):
    def trickle(handler, turn):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b" ")
            time.sleep(0.05)

    with endpoint(trickle, tls(certified("endpoint", authority))) as url:
        run = run_with(url)
    assert faults(run) == [("silent", "no answer within 0.5 s")]


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read: No such file or directory"), (b"no certificate", "expected certificates in PEM")],
)
def test_a_file_of_cas_that_is_none_is_told_before_anything_runs(tmp_path, monkeypatch, content, said):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv(CERTIFICATES, str(file))
    with pytest.raises(UnknownControllerError, match=f"^{CERTIFICATES}: .*{said}"):
        controller_factory("https://127.0.0.1:8443/")


@pytest.mark.parametrize("command", ["verify", "run", "explore"])
def test_credentials_are_in_nothing_that_hanbench_prints_or_writes(
    endpoint, retry, tls, authority, trusted, tmp_path, monkeypatch, command
):
    """The endpoint decides wrongly on purpose: failures are what most is said and written of."""
    heard = set()

    def answer(handler, turn):
        heard.add(handler.headers["Authorization"])
        retry(handler, turn)

    what = {
        "verify": ["--only", "ioc.active.tmad-v18.battery-dead.*", "--jobs", "1", "--capture", "*"],
        "run": ["dormant-three-failures"],
        "explore": ["--seeds", "3", "--jobs", "1"],
    }
    out = tmp_path / "out"
    texts = []
    with endpoint(answer, tls(certified("endpoint", authority))) as url:
        for spec, token in ((url.replace("//", "//ann:s3cret@") + "?key=s3cret", ""), (url, "s3cret")):
            monkeypatch.setenv(TOKEN, token)
            options = [*what[command], "--controller", spec, "--out", str(out)]
            arguments = [sys.executable, "-m", "hanbench", command, *options]
            done = subprocess.run(arguments, capture_output=True, check=False)
            assert done.returncode == 1, done.stderr
            texts += [done.stdout, done.stderr, *(file.read_bytes() for file in out.rglob("*") if file.is_file())]
    assert heard == {"Basic YW5uOnMzY3JldA==", "Bearer s3cret"}
    assert not [text for text in texts if b"s3cret" in text or b"YW5uOnMzY3JldA" in text]
    if command == "verify":
        assert json.loads((out / "report.json").read_bytes())["controller"] == url


# --- before the first case --------------------------------------------------------------------------------------------


def test_an_endpoint_is_reached_without_a_request(endpoint, tls, trusted, authority):
    asked = []
    server = certified("127.0.0.1", authority)
    with endpoint(lambda _, turn: asked.append(turn), tls(server)) as url:
        startable_controller(url)
    assert asked == []


def test_an_endpoint_whose_certificate_is_not_trusted_cannot_be_reached(endpoint, tls, authority, monkeypatch):
    monkeypatch.delenv(CERTIFICATES, raising=False)
    server = certified("127.0.0.1", authority)
    with (
        endpoint(lambda *_: None, tls(server)) as url,
        pytest.raises(ControllerStartError, match=r"cannot reach https://127.*: its certificate is not trusted"),
    ):
        startable_controller(url)
