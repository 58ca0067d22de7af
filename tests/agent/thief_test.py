"""A stolen certificate: who renews the copy is noticed, and neither of the two gets another one by it."""

import os
import unittest

from tests.agent import agents
from tests.integration import fleet

HOST_PROFILE = 'profiles {\n  profile {\n    name: "host"'
WEB = agents.HOST + "web"


def policy(text):
    """Certificates of a minute, and a line that has two holders is blocked."""
    assert text.count(HOST_PROFILE) == 1
    return fleet.with_minute_lives(text.replace(
        HOST_PROFILE, HOST_PROFILE.replace("{\n", "{\n  on_stale_lineage: STALE_LINEAGE_BLOCK\n", 1)))


class Thief:
    """Whoever has got at the credential bundle."""

    def __init__(self, ca, bundle):
        self.ca = ca
        with open(bundle, "rb") as file:
            key, begin, chain = file.read().partition(b"-----BEGIN CERTIFICATE-----")
        self.key = ca.write("stolen.key", key)
        os.chmod(self.key, 0o600)
        self.certificate = ca.write("stolen.crt", begin + chain)

    def renew(self):
        return fleet.fleetca("cert", "renew", "--server", self.ca.address, "--ca", self.ca.root, "--cert",
                             self.certificate, "--key", self.key, "-o", "json")


class ThiefTest(unittest.TestCase):

    def setUp(self):
        self.ca = self.enterContext(agents.AgentFleet(policy=policy))
        self.clock = agents.Clock(self.ca.path("clock"))

    def enrolled(self, uses):
        """An agent with its first certificate, which renews it some seconds after it is started."""
        agent = self.enterContext(agents.Agent(self.ca, "web", [agents.host(self.ca, "web", uses=uses)],
                                               env=self.clock.env))
        done = agent.once()
        self.assertEqual(done.code, 0, done.err)
        self.clock.set(agents.QUICK_LIVES)
        return agent

    def assert_stopped(self, thief):
        refused = thief.renew()
        self.assertNotEqual(refused.code, 0)
        self.assertIn("LINEAGE_BLOCKED", refused.err)

    def test_both_are_stopped_and_the_agent_enrolls_anew(self):
        agent = self.enrolled(uses=2)
        first = agent.bundle("web")
        thief = Thief(self.ca, agent.bundle_path("web"))
        for _ in range(2):
            renewed = thief.renew()
            self.assertEqual(renewed.code, 0, renewed.err)
        agent.start()
        agent.wait_until(lambda: agent.bundle("web").serial != first.serial)
        self.assert_stopped(thief)
        self.assertIn("The line of a certificate has ended", agent.said())
        agent.wait_until_ready()
        # The new line goes on, and the other one stays where it is.
        second = agent.bundle("web")
        agent.wait_until(lambda: agent.bundle("web").serial != second.serial)
        self.assert_stopped(thief)

    def test_both_are_stopped_and_the_agent_says_what_it_wants(self):
        agent = self.enrolled(uses=1)
        first = agent.bundle("web")
        thief = Thief(self.ca, agent.bundle_path("web"))
        for _ in range(2):
            renewed = thief.renew()
            self.assertEqual(renewed.code, 0, renewed.err)
        agent.start()
        error = agent.wait_until(lambda: agent.last_error("web"))
        for part in ("LINEAGE_STALE", self.ca.path("token-web"), "get a new one"):
            self.assertIn(part, error)
        self.assert_stopped(thief)
        self.assertIn("The line of a certificate has ended", agent.said())
        self.assertEqual(agent.bundle("web"), first)
        # Another token, and all is well.
        agents.host(self.ca, "web")
        agent.wait_until(lambda: agent.bundle("web").serial != first.serial)
        agent.wait_until_ready()
        self.assert_stopped(thief)

    def test_who_renews_first_does_not_matter(self):
        """The agent has renewed, and a copy of what it had before comes too late."""
        agent = self.enrolled(uses=1)
        thief = Thief(self.ca, agent.bundle_path("web"))
        first = agent.bundle("web")
        agent.start()
        second = agent.wait_until(lambda: (now := agent.bundle("web")).serial != first.serial and now)
        agent.wait_until(lambda: agent.bundle("web").serial != second.serial)
        refused = thief.renew()
        self.assertNotEqual(refused.code, 0)
        self.assertIn("LINEAGE_STALE", refused.err)
        # What was stolen cannot be told from what was copied by its owner: both are stopped.
        agent.wait_until(lambda: "LINEAGE_BLOCKED" in agent.said())
        self.assert_stopped(thief)


if __name__ == "__main__":
    unittest.main()
