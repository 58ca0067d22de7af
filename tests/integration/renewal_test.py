"""A certificate renews itself: the same key or a new one, one line for each instance, and a copy of a key is found."""

import json
import os
import re
import shutil
import unittest

from tests.integration import fleet, http2
from tests.integration.lossy_link import LossyLink

WEB = "spiffe://%s/svc/%s"
SERVICE_PROFILE = 'profiles {\n  profile {\n    name: "service"'
STALE = "LINEAGE_STALE"
BLOCKED = "LINEAGE_BLOCKED"


def field(number, contents):
    """A field of a message, by protobuf's wire format."""
    assert len(contents) < 128
    return bytes([number << 3 | 2, len(contents)]) + contents


RENEWAL = field(8, b"")  # IssueCertificateRequest.renewal, and nothing else


def blocking(policy):
    assert policy.count(SERVICE_PROFILE) == 1
    return policy.replace(SERVICE_PROFILE,
                          SERVICE_PROFILE.replace("{\n", "{\n  on_stale_lineage: STALE_LINEAGE_BLOCK\n", 1))


class Holder:
    """Whoever has a certificate and its key, in files of a folder."""

    def __init__(self, ca, folder):
        self.ca = ca
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def crt(self):
        return self.path("web.crt")

    @property
    def key(self):
        return self.path("web.key")

    def run(self, command, *more, address=None):
        return fleet.fleetca("cert", command, "--server", address or self.ca.address, "--ca",
                             os.path.join(self.ca.ca, "trust-bundle.pem"), "--cert", self.crt,
                             "--key", self.key, *more)

    def read(self, name="web.crt"):
        with open(self.path(name), "rb") as file:
            return file.read()

    def serial(self):
        return fleet.serial_of(self.read()).split("=")[1].lower()

    def facts(self, name="web.crt"):
        return json.loads(fleet.fleetca("cert", "inspect", "-o", "json", self.path(name)).out)[0]

    def public_key(self, name="web.crt"):
        return fleet.openssl("x509", "-in", self.path(name), "-noout", "-pubkey")

    def copy_to(self, folder):
        """What a thief has who got at the files."""
        shutil.copytree(self.folder, folder)
        return Holder(self.ca, folder)


class RenewalCase(unittest.TestCase):
    policy = None

    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(fleet.Fleet(policy=cls.policy))

    def enroll(self, name):
        """A holder of the first certificate of a line."""
        folder = self.ca.path(self.id().rsplit(".", 1)[-1] + "-" + name)
        os.mkdir(folder)
        holder = Holder(self.ca, folder)
        issued = self.ca.at_server("cert", "issue", "--profile", "service", "--identity",
                                   WEB % (fleet.DOMAIN, name), "--new-key", "p256", "--name",
                                   "DNS:%s.%s" % (name, fleet.DOMAIN), "--key-out", holder.key,
                                   "--out", holder.crt)
        self.assertEqual(issued.code, 0, issued.err)
        return holder

    def assert_renewed(self, result):
        self.assertEqual(result.code, 0, result.err)

    def assert_refused(self, result, reason):
        self.assertEqual(result.code, 1, result.err)
        error = json.loads(result.err)
        self.assertEqual((error["code"], error["reason"]), ("PERMISSION_DENIED", reason))


class RenewalTest(RenewalCase):

    def test_renew_keeps_key_and_names_and_takes_the_certificates_place(self):
        web = self.enroll("web")
        key, serial, public_key = web.read("web.key"), web.serial(), web.public_key()
        names = sorted(web.facts()["names"])
        renewed = web.run("renew", "-o", "json")
        self.assert_renewed(renewed)
        self.assertEqual(sorted(os.listdir(web.folder)), ["web.crt", "web.key"])
        self.assertEqual(web.read("web.key"), key)
        self.assertEqual(web.public_key(), public_key)
        self.assertEqual(sorted(web.facts()["names"]), names)
        self.assertNotEqual(web.serial(), serial)
        printed = json.loads(renewed.out)
        self.assertEqual(printed["serial"], web.serial())
        self.assertFalse(printed["replayed"])
        self.assertEqual(web.read().count(b"BEGIN CERTIFICATE"), 2)

    def test_rekey_makes_a_new_pair_in_place(self):
        web = self.enroll("web")
        names, public_key = sorted(web.facts()["names"]), web.public_key()
        self.assert_renewed(web.run("rekey"))
        self.assertEqual(sorted(os.listdir(web.folder)), ["web.crt", "web.key"])
        self.assertNotEqual(web.public_key(), public_key)
        self.assertEqual(web.public_key(), fleet.openssl("pkey", "-in", web.key, "-pubout"))
        self.assertEqual(sorted(web.facts()["names"]), names)
        self.assertEqual(os.stat(web.key).st_mode & 0o777, 0o600)
        # And again with the new pair, of another type, into other files.
        self.assert_renewed(web.run("rekey", "--new-key", "ed25519", "--key-out", web.path("2.key"),
                                    "--out", web.path("2.crt")))
        self.assertEqual(web.public_key("2.crt"), fleet.openssl("pkey", "-in", web.path("2.key"), "-pubout"))

    def test_another_identity_is_not_had_by_renewal(self):
        web = self.enroll("web")
        key = fleet.make_key(web.path("other.key"), "p256")
        csr = self.ca.write("other.csr", fleet.make_csr(key, "URI:" + WEB % (fleet.DOMAIN, "db")))
        refused = web.run("rekey", "--csr", csr, "--out", web.path("other.crt"), "-o", "json")
        self.assertEqual(refused.code, 1)
        error = json.loads(refused.err)
        self.assertEqual((error["code"], error["reason"], error["field"]),
                         ("INVALID_ARGUMENT", "RENEWAL_INVALID", "csr.subject_alt_name"))

    def test_the_administrators_certificate_needs_a_profile_the_first_time(self):
        refused = self.ca.at_server("cert", "renew", "--out", self.ca.path("admin-2.crt"))
        self.assertEqual(refused.code, 1)
        self.assertIn("--profile", refused.err)
        renewed = self.ca.at_server("cert", "renew", "--profile", "operator", "--out",
                                    self.ca.path("admin-2.crt"))
        self.assert_renewed(renewed)
        again = fleet.fleetca("cert", "renew", "--server", self.ca.address, "--ca",
                              os.path.join(self.ca.ca, "trust-bundle.pem"), "--cert",
                              self.ca.path("admin-2.crt"), "--key", os.path.join(self.ca.ca, "admin.key"))
        self.assert_renewed(again)

    def test_checklist57_after_a_lost_answer_the_same_command_gets_the_same_certificate(self):
        web = self.enroll("web")
        before = (web.read(), web.read("web.key"))
        link = LossyLink(self.ca.port, lambda: os.path.exists(web.path("web.key.pending")))
        self.addCleanup(link.close)
        link.losing = "close"
        lost = web.run("rekey", "--timeout", "5s", address=link.address)
        self.assertTrue(link.lost.is_set(), lost.err)
        self.assertEqual(lost.code, 1, lost.err)
        self.assertIn("web.key.pending", lost.err)
        self.assertEqual((web.read(), web.read("web.key")), before)
        link.losing = None
        again = web.run("rekey", address=link.address)
        self.assert_renewed(again)
        self.assertIn("issued before for this request id", again.err)
        self.assertEqual(sorted(os.listdir(web.folder)), ["web.crt", "web.key"])
        self.assertEqual(web.public_key(), fleet.openssl("pkey", "-in", web.key, "-pubout"))
        self.assert_renewed(web.run("renew"))

    def test_checklist57_the_certificate_before_the_newest_may_ask_and_one_before_that_may_not(self):
        web = self.enroll("web")
        old = web.copy_to(web.folder + "-old")
        self.assert_renewed(web.run("renew"))
        lost = web.copy_to(web.folder + "-lost")
        self.assert_renewed(old.run("renew", "--out", web.path("again.crt")))
        # Whatever came of the first answer is replaced by the second.
        self.assert_refused(lost.run("renew", "-o", "json"), STALE)
        os.rename(web.path("again.crt"), web.crt)
        self.assert_renewed(web.run("renew"))
        self.assert_refused(old.run("renew", "-o", "json"), STALE)

    def test_checklist57_a_stolen_certificate_is_found_and_the_log_names_both(self):
        web = self.enroll("stolen")
        thief = web.copy_to(web.folder + "-thief")
        self.assert_renewed(thief.run("renew"))
        self.assert_renewed(web.run("renew"))
        self.assert_refused(thief.run("renew", "-o", "json"), STALE)
        alarm, = [line for line in self.ca.log().splitlines()
                  if "ALARM" in line and thief.serial() in line]
        self.assertIn(web.serial(), alarm)
        peers = re.findall(r"peer=\"?(127\.0\.0\.1:\d+)", alarm)
        self.assertEqual(len(set(peers)), 2, alarm)
        # Where the profile says no more than that, the line goes on.
        self.assert_renewed(web.run("renew"))

    def test_batches_and_streams_renew_too(self):
        web = self.enroll("web")
        spki = fleet.openssl("pkey", "-pubin", "-outform", "DER", stdin=web.public_key())
        context = http2.tls_context(os.path.join(self.ca.ca, "trust-bundle.pem"), web.crt, web.key)
        for method, message in (("BatchIssueCertificates", field(1, RENEWAL) + field(1, RENEWAL)),
                                ("StreamIssueCertificates", field(2, RENEWAL)),
                                ("RenewCertificate", b"")):
            with self.subTest(method), http2.Connection(self.ca.port, context) as connection:
                connection.open()
                status, data = connection.call(method, http2.grpc_message(message))
                self.assertEqual(status, http2.OK)
                self.assertEqual(data.count(spki), max(1, message.count(RENEWAL)))
                self.assertNotIn(b"ErrorInfo", data)

    def test_checklist57_a_line_goes_on_over_a_restart_and_a_copy_is_found_after_it(self):
        web = self.enroll("web")
        old = web.copy_to(web.folder + "-old")
        self.assert_renewed(web.run("renew"))
        self.assert_renewed(web.run("renew"))
        self.assertEqual(self.ca.stop(), 0)
        self.ca.start()
        self.assert_refused(old.run("renew", "-o", "json"), STALE)
        self.assert_renewed(web.run("renew"))


class BlockedLineTest(RenewalCase):
    policy = staticmethod(blocking)

    def test_checklist57_both_are_stopped_and_stay_so_over_a_restart(self):
        web = self.enroll("web")
        other = self.enroll("other")
        thief = web.copy_to(web.folder + "-thief")
        self.assert_renewed(thief.run("renew"))
        self.assert_renewed(web.run("renew"))
        self.assert_refused(thief.run("renew", "-o", "json"), STALE)
        for restarted in (False, True):
            if restarted:
                self.assertEqual(self.ca.stop(), 0)
                self.ca.start()
            for holder in (web, thief):
                self.assert_refused(holder.run("renew", "-o", "json"), BLOCKED)
                self.assert_refused(holder.run("rekey", "-o", "json"), BLOCKED)
                # Nor a certificate that is no renewal.
                self.assert_refused(
                    holder.run("issue", "--profile", "service", "--identity", WEB % (fleet.DOMAIN, "web"),
                               "--new-key", "p256", "--key-out", holder.path("new.key"), "--out",
                               holder.path("new.crt"), "-o", "json"), BLOCKED)
                self.assertEqual(sorted(os.listdir(holder.folder)), ["web.crt", "web.key"])
        self.assert_renewed(other.run("renew"))
        # The instance comes back by a new line.
        again = self.ca.at_server("cert", "issue", "--profile", "service", "--identity",
                                  WEB % (fleet.DOMAIN, "web"), "--new-key", "p256", "--key-out", web.key,
                                  "--out", web.crt, "--force")
        self.assert_renewed(again)
        self.assert_renewed(web.run("renew"))

    def test_an_operator_takes_the_block_back_and_the_newest_goes_on(self):
        web = self.enroll("web")
        first = web.serial()
        thief = web.copy_to(web.folder + "-thief")
        self.assert_renewed(thief.run("renew"))
        self.assert_renewed(web.run("renew"))
        self.assert_refused(thief.run("renew", "-o", "json"), STALE)
        self.assert_refused(web.run("renew", "-o", "json"), BLOCKED)
        self.assertIn("fleetca lineage unblock " + first, web.run("renew").err)
        listed = json.loads(self.ca.at_server("identity", "list", "-o", "json").out)
        self.assertIn(("lineage", first), [(block["kind"], block["target"]) for block in listed])
        # No holder takes his own block back.
        denied = fleet.fleetca("lineage", "unblock", web.crt, "--server", self.ca.address, "--ca",
                               os.path.join(self.ca.ca, "trust-bundle.pem"), "--cert", web.crt, "--key", web.key)
        self.assertEqual(denied.code, 1)
        self.assertIn("may_revoke_certificates", denied.err)
        for was_blocked in (True, False):
            unblocked = self.ca.at_server("lineage", "unblock", web.crt, "-o", "json")
            self.assertEqual(unblocked.code, 0, unblocked.err)
            self.assertEqual(json.loads(unblocked.out), {"serial": web.serial(), "was_blocked": was_blocked})
        self.ca.kill()
        self.ca.start()
        self.assert_renewed(web.run("renew"))
        # A copy is found again, and blocks the line again.
        self.assert_refused(thief.run("renew", "-o", "json"), STALE)
        self.assert_refused(web.run("renew", "-o", "json"), BLOCKED)
        self.assertEqual(self.ca.at_server("lineage", "unblock", first).code, 0)
        self.assert_renewed(web.run("renew"))
        unknown = self.ca.at_server("lineage", "unblock", "01" + "00" * 19, "-o", "json")
        self.assertEqual(unknown.code, 1)
        self.assertEqual(json.loads(unknown.err)["code"], "NOT_FOUND")


if __name__ == "__main__":
    unittest.main()
