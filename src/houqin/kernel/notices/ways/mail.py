"""邮件: one letter by the school's mail server, reached by the address that was checked."""

import smtplib
import socket

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from ... import outbound
from . import DOWN, REFUSED, SENT, Said

SECURE = 465  # TLS from the first byte; elsewhere STARTTLS, but on this machine


class _Checked:
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return super()._get_socket(outbound.address_of(host, port), port, timeout)  # type: ignore[misc]


class _Plain(_Checked, smtplib.SMTP):
    pass


class _Secure(_Checked, smtplib.SMTP_SSL):
    pass


class _Backend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Secure if self.use_ssl else _Plain


def send(server: str, account: str, secret: str, *, to: str, subject: str, text: str, name: str) -> Said:
    """`name` becomes the Message-ID: the same parcel sent twice can be known as one."""
    host, _, port = server.rpartition(":")
    here = host.startswith("127.")
    backend = _Backend(
        alias="school", host=host, port=int(port), username=account if secret else "", password=secret,
        use_ssl=int(port) == SECURE, use_tls=int(port) != SECURE and not here, timeout=outbound.TIMEOUT,
    )  # fmt: skip
    identity = f"<{name}@{account.partition('@')[2]}>"
    letter = EmailMessage(subject, text, account, [to], headers={"Message-ID": identity})
    try:
        backend.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as wrong:
        codes = [code for code, _ in wrong.recipients.values()]
        return Said(REFUSED if min(codes) >= 500 else DOWN, f"SMTP {codes[0]} 收件地址")
    except smtplib.SMTPResponseException as wrong:
        return Said(DOWN, f"SMTP {wrong.smtp_code}")
    except outbound.Unreachable as wrong:
        return Said(DOWN, str(wrong))
    except (OSError, smtplib.SMTPException) as wrong:
        return Said(DOWN, f"{host} 没有答复（{type(wrong).__name__}）")
    return Said(SENT, "250")
