"""SIGHUP has an agent go on by the configuration as it is now, or by the one before where that is not right."""

import os
import signal
import unittest

from cryptography import x509

from tests.agent import agents
from tests.integration import fleet

SAID = "the configuration was read again, and is "


class ReloadTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(agents.AgentFleet())

    def agent(self, *identities):
        agent = self.enterContext(agents.Agent(self.ca, self.id().rsplit(".", 1)[-1], list(identities)))
        agent.start().wait_until_ready()
        return agent

    def reload(self, agent):
        """SIGHUP, and what the log says of it."""
        before = agent.said().count(SAID)
        agent.process.send_signal(signal.SIGHUP)
        agent.wait_until(lambda: agent.said().count(SAID) > before)
        return agent.said().rsplit(SAID, 1)[1]

    def names(self, agent):
        return [identity["name"] for identity in (agent.status() or {"identities": []})["identities"]]

    def test_an_identity_comes_and_goes_and_the_others_keep_their_certificates(self):
        web = agents.host(self.ca, "web")
        database = agents.host(self.ca, "db")
        agent = self.agent(web)
        first = agent.bundle("web")
        agent.edit(web, web + database)
        self.assertTrue(self.reload(agent).startswith("in force"))
        agent.wait_until(lambda: self.names(agent) == ["web", "db"] and agent.status()["ready"])
        self.assertEqual(agent.bundle("web"), first)
        self.assertNotEqual(agent.bundle("db").serial, first.serial)

        agent.edit(web, "")
        self.assertTrue(self.reload(agent).startswith("in force"))
        agent.wait_until(lambda: self.names(agent) == ["db"] and agent.status()["ready"])
        self.assertEqual(agent.bundle("web"), first)
        self.assertEqual(agent.stop(), 0)

    def test_a_configuration_that_is_not_right_leaves_the_one_before(self):
        mail = agents.host(self.ca, "mail")
        agent = self.agent(mail)
        first = agent.bundle("mail")
        agent.edit('name: "mail"', 'nome: "mail"')
        self.assertTrue(self.reload(agent).startswith("not in force"))
        self.assertEqual(self.names(agent), ["mail"])

        # It can be read, and not be started.
        agent.edit('nome: "mail"', 'name: "mail"')
        with open(agent.path("a-file"), "wb"):
            pass
        agent.edit('folder: "mail"', 'folder: "a-file"')
        said = self.reload(agent)
        self.assertTrue(said.startswith("not in force"), said)
        self.assertIn("a-file", said)
        agent.wait_until_ready()
        self.assertEqual(agent.bundle("mail"), first)
        self.assertEqual(os.path.getsize(agent.path("a-file")), 0)

    def dns_names(self, agent, name):
        with open(agent.bundle_path(name), "rb") as file:
            pem = file.read()
        certificate = x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERTIFICATE-----"):])
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.DNSName)

    def test_names_that_the_configuration_asks_for_are_there_at_once_or_it_is_said_why_not(self):
        agent = self.agent(agents.host(self.ca, "proxy"))
        first = agent.bundle("proxy")
        own = "proxy.host." + fleet.DOMAIN
        names = 'names: ["DNS:%s"]' % own
        agent.edit('profile: "host"', 'profile: "host" ' + names)
        self.assertTrue(self.reload(agent).startswith("in force"))
        agent.wait_until(lambda: agent.identity("proxy").get("renewals") == 1)
        second = agent.bundle("proxy")
        self.assertNotEqual(second.serial, first.serial)
        self.assertEqual(self.dns_names(agent, "proxy"), [own])
        self.assertEqual(agent.identity("proxy")["renew_reason"], "")

        # What the policy does not grant: the certificate before is used, and both sides of it are said.
        other = 'names: ["DNS:bank.example"]'
        agent.edit(names, other)
        self.assertTrue(self.reload(agent).startswith("in force"))
        agent.wait_until(lambda: agent.last_error("proxy"))
        held = agent.identity("proxy")
        self.assertTrue(held["ready"])
        self.assertEqual(held["renew_reason"], "the configuration asks for other names: DNS:bank.example")
        self.assertIn("bank.example", held["last_error"]["message"])
        self.assertEqual(agent.bundle("proxy"), second)
        self.assertEqual(agent.stop(), 0)
        done = agent.once("3s")
        self.assertEqual(done.code, 1)
        self.assertIn("not every one is as the configuration says", done.err)
        self.assertIn("other names: DNS:bank.example", done.err)

        # Nobody waits for the end of a back-off that was another configuration's.
        agent.edit(other, names)
        self.assertEqual(agent.once("10s").code, 0)
        self.assertEqual(agent.bundle("proxy"), second)


if __name__ == "__main__":
    unittest.main()
