"""How strong a key must be before anything is believed or sealed by it: 128 bits of security (ASVS 5.0, 11.2.3)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa

# Bits of an RSA modulus: with 128 bits of security (NIST SP 800-57 part 1, table 2), and what an operator may accept
# for a connection of which the other side has no larger one yet; below that nobody may.
SMALLEST_RSA, LEAST_RSA = 3072, 2048
# A curve has half of its bits as security.
SMALLEST_CURVE = 256


class TooWeak(ValueError):
    """A key below the limit; the text says whose, how large it is and what to do."""


def check_key(public: object, whose: str, smallest_rsa: int = SMALLEST_RSA) -> None:
    """Raises TooWeak for an RSA key below `smallest_rsa` bits or a curve below 256; `whose` is how the text begins."""
    match public:
        case rsa.RSAPublicKey(key_size=bits) if bits < smallest_rsa:
            raise TooWeak(f"{whose}: an RSA key of {bits} bits, and {smallest_rsa} or more are needed{_way_out(bits)}")
        case ec.EllipticCurvePublicKey(key_size=bits) if bits < SMALLEST_CURVE:
            raise TooWeak(f"{whose}: a curve of {bits} bits, and {SMALLEST_CURVE} or more are needed")


def smallest_rsa(value: object) -> int:
    """What an operator's file says about `smallest_rsa`. Raises ValueError for what nobody may accept."""
    if not isinstance(value, int) or isinstance(value, bool) or value < LEAST_RSA:
        raise ValueError(f"smallest_rsa: must be a number of bits, {LEAST_RSA} or more")
    return value


def _way_out(bits: int) -> str:
    if bits < LEAST_RSA:
        return ": get a larger one"
    return f": get a larger one, or accept this size for this connection with smallest_rsa = {bits}"
