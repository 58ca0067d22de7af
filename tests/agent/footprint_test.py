"""What an agent takes of its host while it has nothing to do: memory and CPU, with one identity and with 200.

Memory is said in two parts. What is the agent's own nobody else can have. The pages of the program and its libraries
are in the page cache, shared with all that run the same, and are taken back when memory is short; they are the same
with one identity and with many, and most of what an agent with one has resident.
"""

import os
import time
import unittest

from tests.agent import agents
from tests.integration import fleet, processes

MANY = 200
OWN_MIB_WITH_ONE = 30
# With the pages of the program.
RESIDENT_MIB = 64
# Of one processor.
IDLE_PART = 0.0005
IDLE_SECONDS = 20
ENROLL_SECONDS = 240
# So short that when to renew is asked soon, which is no part of idleness, and so long that nothing is renewed meanwhile.
LIFE = "lifetime { seconds: 240 }"


def memory_mib(pid):
    """What is its own, and what it has resident with the pages of files."""
    fields = dict(line.split(":", 1) for line in processes.read(pid, "status").decode().splitlines() if ":" in line)
    kib = {name: int(fields[name].split()[0]) for name in ("RssAnon", "RssShmem", "VmRSS")}
    return (kib["RssAnon"] + kib["RssShmem"]) / 1024, kib["VmRSS"] / 1024


def run_nanoseconds(pid):
    """How long its threads have run, as the scheduler counts it: in nanoseconds, where ticks are ten milliseconds."""
    return sum(int(processes.read(pid, "task/%s/schedstat" % task).split()[0])
               for task in os.listdir("/proc/%d/task" % pid))


class FootprintTest(unittest.TestCase):

    def setUp(self):
        self.ca = self.enterContext(agents.AgentFleet())

    def settled(self, folder, names):
        """An agent that runs and holds a certificate for each."""
        tokens = self.ca.tokens([agents.HOST + name for name in names])
        agent = self.enterContext(agents.Agent(self.ca, folder, [
            agents.identity(name, 'join_token_file: "%s"' % tokens[agents.HOST + name], more=LIFE) for name in names]))
        agent.start()
        agent.wait_until_ready(ENROLL_SECONDS)
        return agent

    def wait_for_windows(self, count):
        self.assertTrue(processes.wait_until(
            lambda: int(self.ca.statistics()["renewal_infos"]) >= count, 120))

    def test_memory_and_idle_cpu(self):
        one = self.settled("one", ["single"])
        many = self.settled("many", ["h%03d" % number for number in range(MANY)])
        # Each new certificate was tried by such a question, too.
        self.wait_for_windows(2 * (MANY + 1))
        time.sleep(1)
        before = [run_nanoseconds(agent.process.pid) for agent in (one, many)]
        began = time.monotonic()
        time.sleep(IDLE_SECONDS)
        took = time.monotonic() - began
        parts = [(run_nanoseconds(agent.process.pid) - start) / 1e9 / took
                 for agent, start in zip((one, many), before)]
        for count, agent, part in zip((1, MANY), (one, many), parts):
            own, resident = memory_mib(agent.process.pid)
            print("\n%d identities: %.1f MiB of its own, %.1f MiB resident with the pages of its program, %.4f %% of a "
                  "processor when idle" % (count, own, resident, 100 * part), end="")
            self.assertLess(resident, RESIDENT_MIB)
        self.assertLess(memory_mib(one.process.pid)[0], OWN_MIB_WITH_ONE)
        print("\nCPU is what the scheduler counted in nanoseconds over %.0f s. What happens once a minute may be in it or "
              "not, and counts three times where it is." % took)
        self.assertLess(parts[0], IDLE_PART)
        self.assertTrue(one.status()["ready"] and many.status()["ready"])


if __name__ == "__main__":
    unittest.main()
