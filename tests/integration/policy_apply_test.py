"""`fleetca policy apply`: the server takes its policy file now, and says what changed or what is wrong."""

import json
import os
import unittest

from tests.integration import fleet

RULE = """identities {
  name: "web"
  identity: "/svc/web"
  profiles: "service"
  roles: "orders.write"
}
"""


class PolicyApplyTest(unittest.TestCase):
    def setUp(self):
        self.fleet = self.enterContext(fleet.Fleet())
        self.policy = os.path.join(self.fleet.ca, "policy.textproto")
        self.revision = 1

    def change(self, edit=lambda text: text, revision=None):
        """The policy with another text and a higher revision."""
        old = "policy_revision: %d\n" % self.revision
        self.revision = self.revision + 1 if revision is None else revision
        self.fleet.edit("policy.textproto", lambda text: edit(text).replace(
            old, "policy_revision: %d\n" % self.revision))

    def apply(self, *arguments):
        return self.fleet.at_server("policy", "apply", *arguments)

    def test_says_what_changed_and_is_in_force_when_it_returns(self):
        self.change(lambda text: text + RULE)
        done = self.apply()
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.out.decode(), "policy revision 2 is in force, after revision 1\n"
                         "  rule \"web\" added: /svc/web\n")
        csr = fleet.make_csr(fleet.make_key(self.fleet.path("web.key"), "p256"),
                             names="URI:" + fleet.SPIFFE_ID)
        decided = json.loads(self.fleet.issue(csr, "--validate-only", "-o", "json").out)
        self.assertEqual(decided["policy_revision"], 2)
        self.assertEqual(decided["roles"], ["orders.write"])
        again = self.apply()
        self.assertEqual((again.code, again.out), (0, b"policy revision 2 is in force, as before\n"))
        self.assertIn("A caller has the policy applied", self.fleet.log())
        self.assertIn("The policy was replaced", self.fleet.log())

    def test_as_json(self):
        self.change(lambda text: text + RULE)
        answer = json.loads(self.apply("-o", "json").out)
        self.assertEqual(answer["applied"], True)
        self.assertEqual((answer["former_policy_revision"], answer["policy_revision"]), (1, 2))
        self.assertEqual(answer["changes"], ["rule \"web\" added: /svc/web"])
        self.assertEqual(answer["change_count"], 1)

    def test_a_policy_that_is_wrong_is_not_sent_for(self):
        self.change(lambda text: text + RULE.replace("/svc/web", "svc/web"))
        refused = self.apply()
        self.assertEqual(refused.code, 1)
        self.assertIn(self.policy + ":", refused.err)
        self.assertIn("identities[", refused.err)
        self.assertNotIn("A caller has the policy applied", self.fleet.log())
        answer = self.apply("-o", "json")
        self.assertEqual(answer.code, 1)
        self.assertEqual(json.loads(answer.err)["reason"], "CONFIG_INVALID")
        answer = json.loads(answer.out)
        self.assertEqual((answer["applied"], answer["refused_by"]), (False, "check"))

    def test_what_the_server_refuses_has_file_line_and_field_and_changes_nothing(self):
        self.change(lambda text: text + RULE, revision=1)
        refused = self.apply()
        self.assertEqual(refused.code, 1)
        self.assertIn("the server refused the policy", refused.err)
        with open(self.policy, encoding="utf-8") as file:
            line = file.read().split("policy_revision: 1\n")[0].count("\n") + 1
        self.assertIn("policy.textproto:%d: policy_revision is 1" % line, refused.err)
        answer = self.apply("-o", "json")
        self.assertEqual(json.loads(answer.err)["field"], "policy_revision")
        answer = json.loads(answer.out)
        self.assertEqual((answer["refused_by"], answer["reason"], answer["field"]),
                         ("server", "CONFIG_INVALID", "policy_revision"))
        self.assertIn("The policy was not replaced", self.fleet.log())
        self.assertNotIn("The policy was replaced", self.fleet.log())

    def test_a_file_that_is_not_the_servers_is_not_applied(self):
        other = self.fleet.write("other.textproto", self.fleet.read("ca/policy.textproto").replace(
            b"policy_revision: 1\n", b"policy_revision: 9\n"))
        refused = self.apply(other)
        self.assertEqual(refused.code, 1)
        self.assertIn("is not the one that was asked for", refused.err)
        os.rename(other, self.policy)
        self.assertEqual(self.apply(self.policy).code, 0)

    def test_who_has_not_the_right_may_not(self):
        self.change(lambda text: text.replace("    may_apply_policy: true\n", ""))
        self.assertEqual(self.apply().code, 0)
        self.change()
        refused = self.apply()
        self.assertEqual(refused.code, 1)
        self.assertIn("may_apply_policy", refused.err)

    def test_help_says_whose_file_it_is(self):
        text = fleet.fleetca("policy", "apply", "--help").out.decode()
        self.assertIn("its own configuration names (policy_file)", text)
        self.assertIn("Examples:", text)


if __name__ == "__main__":
    unittest.main()
