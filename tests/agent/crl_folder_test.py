"""The folder of CRLs that an agent keeps, as another program reads it: OpenSSL, which finds in it all that it wants."""

import glob
import os
import unittest

from tests.agent import agents
from tests.integration import fleet, publishing


class CrlFolderTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        address = "127.0.0.1:%d" % publishing.free_port()
        cls.ca = cls.enterClassContext(agents.AgentFleet(config=lambda text: text + publishing.SETTINGS % 3,
                                                         init=("--http", address, "--base-url", "http://" + address)))

    def setUp(self):
        identity = agents.host(self.ca, "web", outputs='crl_folder: "crls"')
        name = self.id().rsplit(".", 1)[-1]
        self.agent = self.enterContext(agents.Agent(self.ca, name, [identity])).start()
        # Of the issuing CA, of which the shard in the certificate is a part, and of the root.
        self.agent.wait_until(lambda: len(self.files()) == 2)

    def files(self):
        return sorted(glob.glob(self.agent.path("crls", "*.r0")))

    def test_openssl_finds_the_crls_of_the_whole_chain(self):
        bundle = self.agent.bundle_path("web")
        verify = ("verify", "-crl_check_all", "-CAfile", self.agent.path("web", "trust-bundle.pem"), "-untrusted", bundle)
        self.assertIn(b": OK", fleet.openssl(*verify, "-CApath", self.agent.path("crls"), bundle))
        without = fleet.run("openssl", *verify, bundle)
        self.assertIn("unable to get certificate CRL", without.err)

    def test_what_somebody_removes_is_put_back(self):
        with open(self.files()[0], "rb") as file:
            before = file.read()
        os.remove(self.files()[0])
        self.agent.wait_until(lambda: len(self.files()) == 2)
        with open(self.files()[0], "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertIn("CRLs were removed or replaced", self.agent.said())


if __name__ == "__main__":
    unittest.main()
