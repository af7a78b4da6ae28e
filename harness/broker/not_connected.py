"""Why there is no connection to a broker, from an exception and from what paho logged: the cause, and what to do."""

from __future__ import annotations

import ssl

from hanbench.harness.broker.address import CERTIFICATE, BrokerAddress


def why_not_connected(error: BaseException, logged: str, address: BrokerAddress) -> str:
    """Return why there is no connection, and what to do, in one line. `logged`: what paho said last."""
    text = f"{error} {logged}"
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in text:
        why = getattr(cause, "verify_message", "") or "its certificate is not trusted"
        return f"the broker's certificate is not accepted: {why}: give the CA it is from in HANBENCH_MQTT_CA"
    if "CERTIFICATE_REQUIRED" in text or "HANDSHAKE_FAILURE" in text or "BAD_CERTIFICATE" in text:
        return f"the broker wants a client certificate: give one in {CERTIFICATE}"
    if "UNKNOWN_CA" in text or "CERTIFICATE_UNKNOWN" in text:
        return "the broker does not trust this client's certificate: use one from its own CA"
    if "WRONG_VERSION_NUMBER" in text or "UNEXPECTED_EOF" in text:
        return "no TLS there: use the port of mqtts://, or mqtt://"
    if isinstance(error, TimeoutError) or "timed out" in text:
        return "no answer in time: see whether the address is right and the broker runs"
    if "refused" in text:
        return "connection refused: no broker listens there"
    if "closed the connection" in text and address.tls is None:
        return "the broker closed the connection: is this its port for mqtts://?"
    if "closed the connection" in text:
        return f"the broker closed the connection: it may want a client certificate ({CERTIFICATE})"
    return " ".join(str(error).split()) or type(error).__name__
