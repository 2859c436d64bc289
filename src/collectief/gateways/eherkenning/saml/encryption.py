"""XML encryption as eHerkenning uses it: the message with AES, its key with RSA-OAEP; nothing older."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from .documents import PREFIXES, Untrusted, children, name, only_child, read, standing_alone
from .signatures import Key

# Bytes of the key, by the name of the algorithm.
CBC = {f"{PREFIXES['xenc']}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
GCM = {f"{PREFIXES['xenc11']}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
OAEP_SHA1 = f"{PREFIXES['xenc']}rsa-oaep-mgf1p"
OAEP = f"{PREFIXES['xenc11']}rsa-oaep"
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,
    f"{PREFIXES['xenc']}sha256": hashes.SHA256,
}
_MASKS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{PREFIXES['xenc11']}mgf1sha1": hashes.SHA1,
    f"{PREFIXES['xenc11']}mgf1sha256": hashes.SHA256,
}
_BLOCK = 16
_NONCE = 12


def decrypted(element: etree._Element, keys: Sequence[Key]) -> etree._Element:
    """What stands in an EncryptedAssertion, EncryptedID or EncryptedAttribute, standing alone.

    Any of our keys may fit: during a rollover the broker uses the old one or the new. Raises Untrusted, with one and
    the same text whatever did not fit, so that nobody learns from trying.
    """
    data = only_child(element, "xenc:EncryptedData")
    for secret in _secrets(element, data, keys):
        try:
            return _opened(_plain(data, secret), element)
        except (Untrusted, ValueError, InvalidTag):
            continue
    raise Untrusted("encryption")


def _secrets(element: etree._Element, data: etree._Element, keys: Sequence[Key]) -> list[bytes]:
    """What each of our keys makes of each encrypted key beside or in the data."""
    found = children(element, "xenc:EncryptedKey")
    for info in children(data, "ds:KeyInfo"):
        found += children(info, "xenc:EncryptedKey")
    secrets = []
    for encrypted in found:
        for key in keys:
            try:
                secrets.append(key.private.decrypt(_octets(encrypted), _oaep(encrypted)))
            except (ValueError, Untrusted):
                continue
    return secrets


def _oaep(encrypted: etree._Element) -> padding.OAEP:
    """The padding of an encrypted key. Raises Untrusted for anything but OAEP."""
    method = only_child(encrypted, "xenc:EncryptionMethod")
    digests = [node.get("Algorithm") for node in children(method, "ds:DigestMethod")]
    masks = [node.get("Algorithm") for node in children(method, "xenc11:MGF")]
    if method.get("Algorithm") not in (OAEP, OAEP_SHA1):
        raise Untrusted("key transport")
    try:
        digest = _DIGESTS[digests[0]] if digests else hashes.SHA1
        mask = _MASKS[masks[0]] if masks and method.get("Algorithm") == OAEP else hashes.SHA1
    except KeyError:
        raise Untrusted("digest of key transport") from None
    return padding.OAEP(padding.MGF1(mask()), digest(), None)


def _plain(data: etree._Element, secret: bytes) -> bytes:
    algorithm = only_child(data, "xenc:EncryptionMethod").get("Algorithm") or ""
    octets = _octets(data)
    if GCM.get(algorithm) == len(secret):
        return AESGCM(secret).decrypt(octets[:_NONCE], octets[_NONCE:], None)
    if CBC.get(algorithm) == len(secret):
        decryptor = Cipher(algorithms.AES(secret), modes.CBC(octets[:_BLOCK])).decryptor()
        padded = decryptor.update(octets[_BLOCK:]) + decryptor.finalize()
        if not padded or not 1 <= padded[-1] <= _BLOCK:
            raise Untrusted("padding")
        return padded[: -padded[-1]]
    raise Untrusted("algorithm")


def _octets(encrypted: etree._Element) -> bytes:
    value = only_child(only_child(encrypted, "xenc:CipherData"), "xenc:CipherValue")
    try:
        return base64.b64decode("".join((value.text or "").split()), validate=True)
    except binascii.Error:
        raise Untrusted("cipher value") from None


def _opened(plain: bytes, around: etree._Element) -> etree._Element:
    """The one element in `plain`, which may count on namespaces declared around it."""
    shell = etree.Element(name("saml:Advice"), nsmap=around.nsmap)
    head, _, tail = etree.tostring(shell).partition(b"/>")
    inside = read(head + b">" + plain + b"</" + head[1:].split()[0] + b">" + tail)
    if len(inside) != 1:
        raise Untrusted("encryption")
    return standing_alone(inside[0])
