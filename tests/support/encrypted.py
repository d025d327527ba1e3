"""A real RabbitMQ that talks over TLS too, and asks its clients for a certificate."""

from __future__ import annotations

import shutil

from tests.support.broker import SETTINGS, Broker, free_ports
from tests.support.certificates import Authority


class EncryptedBroker(Broker):
    """A broker with a certificate for `name`, for clients with one of the same authority."""

    def __init__(self, authority: Authority, name: str) -> None:
        (self.amqps_port,) = free_ports(1)
        self._authority = authority
        self._name = name
        super().__init__()

    def _prepare(self) -> None:
        certificate, key = self._authority.issue(self._name)
        for source, target in (self._authority.ca, "ca"), (certificate, "crt"), (key, "key"):
            shutil.copyfile(source, self._path / f"settings/broker.{target}")
        with (self._path / "settings/rabbitmq.conf").open("a") as file:
            file.write(f"""\
listeners.ssl.1 = 127.0.0.1:{self.amqps_port}
ssl_options.cacertfile = {SETTINGS}/broker.ca
ssl_options.certfile = {SETTINGS}/broker.crt
ssl_options.keyfile = {SETTINGS}/broker.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
""")
