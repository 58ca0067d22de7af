"""A fleet of agents whose certificates live a minute, while the server is killed, certificates are revoked, and clocks
are set: no identity is without a valid certificate, ever. Checklist 61 in small.

Longer, as before a release:
    bazel test --test_env=FLEETCA_SOAK_SECONDS=600 --test_env=FLEETCA_SOAK_IDENTITIES=200 //tests/agent:fleet_soak_test
"""

import collections
import os
import statistics
import threading
import time
import unittest

from tests.agent import agents, bundle_watch
from tests.integration import fleet

SECONDS = int(os.environ.get("FLEETCA_SOAK_SECONDS", "75"))
IDENTITIES = int(os.environ.get("FLEETCA_SOAK_IDENTITIES", "80"))
# Of ten identities one has an agent of its own, on a host whose clock is set; the others share agents.
ALONE = IDENTITIES // 10
SHARED_AGENTS = 4
LIFE_SECONDS = 60
KILLS = 3
OUTAGE_SECONDS = 3
ENROLL_SECONDS = 180
# Clocks of every second host, and of the others, in parts of the run: behind by less than there is time left
# after the window of a renewal. An hour is for so many seconds, until a time service sets the clock again.
HOUR = 3600
STEPS = ((0.1, 20, -4), (0.3, -4, 15), (0.45, HOUR, -HOUR), (0.75, 10, -4))
HOUR_SECONDS = 4


class Revoker:
    """Issues certificates and revokes them, so that the set of what is revoked grows."""

    def __init__(self, ca):
        self.ca = ca
        self.revoked = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        self.stopping.set()
        self.thread.join()

    def run(self):
        number = 0
        while not self.stopping.wait(1):
            number += 1
            certificate = self.ca.path("revoked-%d.crt" % number)
            issued = self.ca.at_server(
                "cert", "issue", "--profile", "service", "--identity", "spiffe://%s/svc/gone" % fleet.DOMAIN,
                "--new-key", "p256", "--key-out", self.ca.path("revoked-%d.key" % number), "--out", certificate)
            # The server is killed meanwhile.
            if issued.code == 0 and self.ca.at_server("cert", "revoke", "--serial", certificate, "--reason",
                                                      "superseded").code == 0:
                self.revoked += 1


class FleetSoakTest(unittest.TestCase):

    def setUp(self):
        self.ca = self.enterContext(agents.AgentFleet(policy=fleet.with_minute_lives))
        self.agents = []
        self.clocks = []
        self.issued = 0
        names = ["h%03d" % number for number in range(IDENTITIES)]
        tokens = self.ca.tokens([agents.HOST + name for name in names])
        texts = {name: agents.identity(name, 'join_token_file: "%s"' % tokens[agents.HOST + name]) for name in names}
        self.names_of = {}
        for name in names[:ALONE]:
            self.clocks.append(agents.Clock(self.ca.path("clock-" + name)))
            self.add_agent("alone-" + name, [name], texts, env=self.clocks[-1].env)
        for number in range(SHARED_AGENTS):
            self.add_agent("shared-%d" % number, names[ALONE + number::SHARED_AGENTS], texts,
                           ca_settings="watch_revocations: true")

    def add_agent(self, folder, names, texts, **more):
        agent = self.enterContext(agents.Agent(self.ca, folder, [texts[name] for name in names], **more))
        self.agents.append(agent)
        self.names_of[agent] = names

    def set_clocks(self, even, odd):
        for number, clock in enumerate(self.clocks):
            clock.set(odd if number % 2 else even)

    def kill_server(self):
        self.issued += int(self.ca.statistics()["issued"])
        self.ca.kill()
        time.sleep(OUTAGE_SECONDS)
        self.ca.start()

    def events(self):
        """What happens, in order: when, by parts of the run, and what."""
        events = [((number + 0.7) / (KILLS + 0.4), self.kill_server) for number in range(KILLS)]
        for part, even, odd in STEPS:
            events.append((part, lambda even=even, odd=odd: self.set_clocks(even, odd)))
            if even == HOUR:
                events.append((part + HOUR_SECONDS / SECONDS, lambda: self.set_clocks(0, -3)))
        return sorted(events, key=lambda event: event[0])

    def assert_all_run(self):
        for agent in self.agents:
            self.assertTrue(agent.is_running(), agent.said())

    def wait_for_all(self):
        paths = [agent.bundle_path(name) for agent in self.agents for name in self.names_of[agent]]
        deadline = time.monotonic() + ENROLL_SECONDS
        while missing := [path for path in paths if not os.path.exists(path)]:
            self.assertLess(time.monotonic(), deadline, "%d of %d have no certificate: %s" % (
                len(missing), len(paths), self.agents[0].said()))
            self.assert_all_run()
            time.sleep(0.2)
        return paths

    def test_checklist61_nobody_is_ever_without_a_valid_certificate(self):
        for agent in self.agents:
            agent.start()
        paths = self.wait_for_all()
        with bundle_watch.BundleWatch(paths) as watch, Revoker(self.ca) as revoker:
            began = time.monotonic()
            for part, happen in self.events():
                time.sleep(max(0.0, began + part * SECONDS - time.monotonic()))
                happen()
            time.sleep(max(0.0, began + SECONDS - time.monotonic()))
            took = time.monotonic() - began
            revoker.stop()
        self.issued += int(self.ca.statistics()["issued"])
        self.assert_all_run()
        self.report(watch, revoker.revoked, took)
        self.assertEqual(watch.problems()[:20], [], self.said_by_those_of(watch))
        for bundle in watch.bundles:
            self.assertGreater(len(bundle.begins), took // LIFE_SECONDS, bundle.path)
        self.assert_spread(watch, took)
        self.assert_revocations_known(revoker.revoked)

    def said_by_those_of(self, watch):
        troubled = [bundle.path for bundle in watch.bundles if bundle.problems]
        return "".join(agent.said() for agent in self.agents
                       if any(path.startswith(agent.folder + "/") for path in troubled))[-20000:]

    def per_second(self, watch, took):
        """How many certificates began in each second of the run."""
        end = int(time.time())
        counted = collections.Counter(int(begins) for begins in watch.begins())
        return [counted[second] for second in range(end - int(took), end + 1)]

    def report(self, watch, revoked, took):
        counts = self.per_second(watch, took)
        mean = statistics.mean(counts)
        print("\n%d identities in %d agents, %.0f s, %d kills of the server, %d hosts with clocks set, %d revoked" % (
            IDENTITIES, len(self.agents), took, KILLS, len(self.clocks), revoked))
        print("bundles were read %d times, the slowest round took %.2f s; %d moments without a valid certificate" % (
            watch.rounds, watch.longest_round, len(watch.problems())))
        print("the server issued %d; of these the agents put %d in force during the run: %.1f a second, %d at most "
              "(%.1f times the mean; without spread it is %d, %.0f times)" % (
                  self.issued, sum(counts), mean, max(counts), max(counts) / mean, IDENTITIES, IDENTITIES / mean))

    def assert_spread(self, watch, took):
        self.assertLess(max(self.per_second(watch, took)), IDENTITIES / 3)

    def assert_revocations_known(self, revoked):
        """The agents that follow the feed have heard of all, over the kills."""
        self.assertGreater(revoked, SECONDS / 20)
        for agent in self.agents[ALONE:]:
            agent.wait_until(lambda agent=agent: agent.status()["revocations"]["revoked"] >= revoked, 60)
            held = agent.status()["revocations"]
            self.assertGreaterEqual(held["sequence"], revoked)
            self.assertLess(held["age_seconds"], 30)
            told = fleet.fleetca("agent", "status", "--socket", agent.socket).out.decode()
            self.assertRegex(told, r"\nRevocations\n(.*\n)*? *Sequence +[0-9]+\n")


if __name__ == "__main__":
    unittest.main()
