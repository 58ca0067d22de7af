"""Early renewals from the command line, against the real server: the windows move, last, and move back."""

import datetime
import json
import os
import re
import unittest

from tests.integration import fleet

WEB = "spiffe://%s/svc/web" % fleet.DOMAIN
WHY = "https://fleet.example/why"


def seconds_of(time):
    return datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


class EarlyRenewalTest(unittest.TestCase):

    def setUp(self):
        # The shortest that there is, so that turns come before the usual windows.
        self.fleet = self.enterContext(fleet.Fleet(
            config=lambda text: text + "\nrenewals { max_per_second: 1 retry_after { seconds: 60 } }\n"))

    def make(self, name, identity=WEB):
        """A certificate of `identity` as name.crt, with name.key."""
        made = self.fleet.at_server(
            "cert", "issue", "--profile", "service", "--new-key", "p256", "--key-out", self.fleet.path(name + ".key"),
            "--identity", identity, "--chain", "--out", self.fleet.path(name + ".crt"))
        self.assertEqual(made.code, 0, made.err)
        return self.fleet.path(name + ".crt")

    def as_holder(self, name, *arguments):
        return fleet.fleetca(*arguments, "--server", self.fleet.address, "--ca",
                             os.path.join(self.fleet.ca, "trust-bundle.pem"), "--cert", self.fleet.path(name + ".crt"),
                             "--key", self.fleet.path(name + ".key"))

    def renewal(self, *arguments, code=0):
        done = self.fleet.at_server("renewal", *arguments, "-o", "json")
        self.assertEqual(done.code, code, done.err)
        return json.loads(done.out) if code == 0 else done.err

    def info(self, certificate):
        infos = self.renewal("info", certificate)
        self.assertEqual(len(infos), 1)
        return infos[0]

    def test_an_order_moves_the_windows_survives_a_restart_and_is_taken_back(self):
        web, other = self.make("web"), self.make("other", "spiffe://%s/svc/other" % fleet.DOMAIN)
        usual, unmoved = self.info(web), self.info(other)
        plan = self.renewal("order", "--identity", WEB, "--dry-run")
        self.assertEqual((plan["id"], plan["certificates"], plan["dry_run"]), (0, 1, True))
        self.assertEqual(self.info(web), usual)
        mistyped = self.fleet.at_server("renewal", "order", "--profile", "servcie", "--dry-run")
        self.assertEqual(mistyped.code, 0, mistyped.err)
        self.assertIn("spelled right", mistyped.err)

        order = self.renewal("order", "--identity", WEB, "--explanation-url", WHY)
        self.assertGreater(order["id"], 0)
        self.assertGreaterEqual(seconds_of(order["first_turn"]), seconds_of(order["order_time"]) + 60)
        moved = self.info(web)
        self.assertLess(moved["window_start"], usual["window_start"])
        self.assertGreaterEqual(moved["window_start"], order["first_turn"])
        self.assertLessEqual(moved["window_start"], order["last_turn"])
        self.assertLessEqual(moved["retry_after_seconds"], 60)
        self.assertEqual(moved["explanation_url"], WHY)
        self.assertEqual(self.info(other), unmoved)
        # One whose answer was lost is asked for again.
        self.assertEqual(self.renewal("order", "--identity", WEB, "--explanation-url", WHY)["id"], order["id"])

        self.fleet.kill()
        self.fleet.start()
        self.assertEqual(self.info(web)["window_start"], moved["window_start"])
        listed = self.renewal("list")
        self.assertEqual([entry["id"] for entry in listed], [order["id"]])
        self.assertEqual(listed[0]["identity"], WEB)
        # What is issued after the order has its usual window.
        self.assertGreater(self.info(self.make("later"))["window_start"], order["last_turn"])

        self.renewal("cancel", str(order["id"]))
        self.assertEqual(self.info(web), usual)
        self.assertEqual(self.renewal("list"), [])
        self.assertIn("no early renewal", self.renewal("cancel", str(order["id"]), code=1))

    def test_before_a_mass_revocation_all_renew_and_only_the_old_are_revoked(self):
        old = self.make("web")
        order = self.renewal("order", "--profile", "service", "--explanation-url", WHY)
        self.assertEqual(order["certificates"], 1)
        renewed = self.as_holder("web", "cert", "renew", "--out", self.fleet.path("new.crt"))
        self.assertEqual(renewed.code, 0, renewed.err)
        new = self.fleet.path("new.crt")
        self.assertNotEqual(self.info(new)["explanation_url"], WHY)
        revoked = self.fleet.at_server("cert", "revoke", "--profile", "service", "--issued-to", order["issued_to"],
                                       "--reason", "superseded", "-o", "json")
        self.assertEqual(revoked.code, 0, revoked.err)
        self.assertEqual(json.loads(revoked.out)["revoked"], 1)
        past = self.info(old)
        self.assertTrue(past["revoked"])
        self.assertLessEqual(seconds_of(past["window_end"]), datetime.datetime.now().timestamp())
        self.assertFalse(self.info(new)["revoked"])

    def test_many_are_not_ordered_without_a_yes(self):
        for number in range(2):
            self.make("web%d" % number)
        self.assertIn("--yes", self.renewal("order", "--profile", "service", code=1))
        self.assertEqual(self.renewal("list"), [])
        self.assertEqual(self.renewal("order", "--profile", "service", "--yes")["certificates"], 2)
        shown = self.fleet.at_server("renewal", "list")
        self.assertRegex(shown.out.decode(), r"(?m)^\d+ .* 2 +profile service, issued before ")

    def test_any_holder_may_ask_and_only_operators_may_order(self):
        web = self.make("web")
        asked = self.as_holder("web", "renewal", "info", web)
        self.assertEqual(asked.code, 0, asked.err)
        self.assertIsNotNone(re.search(r"(?m)^01[0-9a-f]{38} ", asked.out.decode()), asked.out)
        refused = self.as_holder("web", "renewal", "order", "--identity", WEB)
        self.assertEqual(refused.code, 1)
        self.assertIn("may_revoke_certificates", refused.err)

    def test_what_there_is_not_is_a_clear_error(self):
        self.assertIn("No certificate", self.renewal("info", "01" + "00" * 19, code=1))
        self.assertIn("neither a serial number", self.renewal("info", "nothing", code=1))
        self.assertIn("nothing was ordered", self.renewal("order", "--identity", WEB, code=1))
        self.assertIn("https://", self.renewal("order", "--identity", WEB, "--explanation-url", "why", code=1))
        self.assertIn("--identity", self.renewal("order", code=2))


if __name__ == "__main__":
    unittest.main()
