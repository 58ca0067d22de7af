"""A CA that publishes CRLs and OCSP answers where its certificates say, for tests with other programs.

The HTTP port is at a fixed place, as certificates name it; a CRL is good for an hour, the shortest there is, so that a
reader whose clock is two hours ahead finds it expired while the certificates are still valid.
"""

import os
import re
import socket

from tests.integration import fleet, processes

SETTINGS = """
revocation { crl_shards: %d crl_delay { seconds: 1 } crl_validity { seconds: 3600 } }
"""
WAIT_SECONDS = 30
# Seconds after which the CRLs have ended and the certificates, which are good for a day, have not.
CRLS_HAVE_ENDED = 2 * 3600


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clock_shifted(seconds):
    """The environment of a process whose clock is ahead, or behind. Not the program faketime itself: it would stand between us and
    the process that we signal."""
    preload = fleet.run("faketime", "-f", "+1d", "printenv", "LD_PRELOAD").out.decode().strip()
    return {"LD_PRELOAD": preload, "FAKETIME": "%+d" % seconds, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def uris(text):
    return re.findall(r"URI:(http://\S+)", text)


def openssl_text(kind, path, *options):
    return fleet.openssl(kind, "-in", path, "-noout", "-text", *options).decode()


def serial_of(certificate):
    return fleet.openssl("x509", "-in", certificate, "-noout", "-serial").decode().strip().split("=")[1]


class PublishingFleet(fleet.Fleet):

    def __init__(self, shards=3, **kwargs):
        self.http_port = free_port()
        address = "127.0.0.1:%d" % self.http_port
        super().__init__(config=lambda text: text + SETTINGS % shards,
                         init=("--http", address, "--base-url", "http://" + address), **kwargs)
        self.root = os.path.join(self.ca, "root-ca.crt")
        self.issuer = os.path.join(self.ca, "issuing-ca.crt")

    def pair(self, name):
        """The paths of a new NAME.key and NAME.crt, which is NAME.fleet.example and has the issuing CA's behind it."""
        key, certificate = self.path(name + ".key"), self.path(name + ".crt")
        made = self.at_server("cert", "issue", "--profile", "service", "--identity",
                              "spiffe://%s/svc/%s" % (fleet.DOMAIN, name), "--name",
                              "DNS:%s.%s" % (name, fleet.DOMAIN), "--new-key", "p256", "--key-out", key, "--out", certificate)
        assert made.code == 0, made.err
        return key, certificate

    def revoke(self, certificate, reason="superseded"):
        revoked = self.at_server("cert", "revoke", "--serial", certificate, "--reason", reason)
        assert revoked.code == 0, revoked.err

    def crl_url(self, certificate):
        return next(uri for uri in uris(openssl_text("x509", certificate)) if "/crl/" in uri)

    def get(self, url, path):
        """Whether the server gave the file."""
        return fleet.run("curl", "--silent", "--fail", "--max-time", "20", "--output", path, url).code == 0

    def get_when_made(self, url, path):
        assert processes.wait_until(lambda: self.get(url, path), WAIT_SECONDS), url
        return path

    def complete(self, certificate, path):
        """The complete CRL and the root's in one file: what nginx, Envoy and PostgreSQL read."""
        return self.get_when_made(self.crl_url(certificate).rsplit("/", 1)[0] + ".pem", path)

    def wait_until_listed(self, certificate):
        """Until its shard's CRL and the complete one list the certificate as revoked."""
        serial = serial_of(certificate)
        shard = self.crl_url(certificate)
        path = self.path("listed.crl")
        for url in (shard, shard.rsplit("/", 1)[0] + ".crl"):
            assert processes.wait_until(
                lambda url=url: self.get(url, path) and serial in openssl_text("crl", path, "-inform", "DER"),
                WAIT_SECONDS), url
