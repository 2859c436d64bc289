"""Hands mail to an SMTP server (RFC 5321), encrypted beyond this machine.

Nothing here logs an address or a text: only kinds of failure.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from urllib.parse import unquote, urlsplit

from django.utils import timezone

from ..addresses import on_this_machine
from .port import AddressRefused, Letter, Mail, MailUnavailable

_TIMEOUT = 20.0
# Replies to the recipient that say "never": mailbox unknown or refused (RFC 5321, 4.2.3).
_NEVER = (550, 551, 553, 554, 556)


class SmtpMail:
    """The real thing. `url` is smtp://user:password@host:port (STARTTLS) or smtps:// (TLS from the start).

    Nothing goes in the clear beyond this machine: a server without STARTTLS gets no mail. Raises ValueError for an
    address that is neither.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("mail goes to smtp:// or smtps://")
        self._tls = parts.scheme == "smtps"
        self._host, self._here = parts.hostname, on_this_machine(parts.hostname)
        self._port = parts.port or (465 if self._tls else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, letter: Letter) -> None:
        message = written(letter)
        try:
            with self._line() as line:
                line.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = {code for code, _ in refused.recipients.values()}
            if codes <= set(_NEVER):
                raise AddressRefused(str(min(codes))) from None
            raise MailUnavailable(str(min(codes))) from None
        except (smtplib.SMTPException, OSError) as problem:
            raise MailUnavailable(type(problem).__name__) from None

    def _line(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            line: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT, context=context)
        else:
            line = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT)
            if not self._here:
                line.starttls(context=context)
        if self._user:
            line.login(self._user, self._password)
        return line


def written(letter: Letter) -> EmailMessage:
    """The letter as mail. A letter that is sent again has the same Message-ID, so that a reader shows it once."""
    message = EmailMessage(policy=SMTP)
    message["From"] = letter.sender
    message["To"] = Address(addr_spec=_plain(letter.to))
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(timezone.now())
    domain = letter.sender.rpartition("@")[2].rstrip(">")
    message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}@{domain}>"
    # Answers of machines to machines are not wanted (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _plain(address: str) -> str:
    """The address with its domain as DNS knows it (IDNA): not every server takes other letters (RFC 6531)."""
    box, _, domain = address.rpartition("@")
    return f"{box}@{domain.encode('idna').decode()}"


@cache
def mail_at(url: str) -> Mail:
    """The server at this address."""
    return SmtpMail(url)
