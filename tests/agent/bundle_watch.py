"""A thread that reads credential bundles all the time, and says of each moment in which one was not valid."""

import os
import threading
import time

from tests.agent import agents

PAUSE_SECONDS = 0.1


class WatchedBundle:
    """The credential bundle of one identity: what was in it, and what was wrong."""

    def __init__(self, path):
        self.path = path
        self.octets = None
        self.bundle = None
        self.begins = {}  # of each certificate, by its serial number
        self.problems = []

    def look(self):
        before = time.time()
        try:
            with open(self.path, "rb") as file:
                octets, changed = file.read(), os.fstat(file.fileno()).st_mtime
            after = time.time()
            if octets != self.octets:
                self.take(octets, changed)
        except (OSError, AssertionError, ValueError) as error:
            self.problems.append("%.1f %s: %r" % (before, self.path, error))
            return
        if before > self.bundle.ends:
            self.problems.append("%.1f %s: %s ended at %.0f" % (before, self.path, *self.bundle[::2]))
        if after < self.bundle.begins:
            self.problems.append("%.1f %s: %s begins at %.0f" % (after, self.path, *self.bundle[:2]))

    def take(self, octets, changed):
        bundle = agents.read_bundle(octets)
        if self.bundle is not None and changed > self.bundle.ends:
            # In between two looks.
            self.problems.append("%.1f %s: %s ended at %.0f" % (changed, self.path, *self.bundle[::2]))
        if self.bundle is not None and bundle.ends < self.bundle.ends:
            self.problems.append("%.1f %s: %s ends before the one in its place did" % (changed, self.path, bundle.serial))
        self.octets, self.bundle = octets, bundle
        self.begins[bundle.serial] = bundle.begins


class BundleWatch:
    """Over all bundles, while its `with` lasts. From the start on there is one at each path."""

    def __init__(self, paths):
        self.bundles = [WatchedBundle(path) for path in paths]
        self.rounds = 0
        self.longest_round = 0.0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        self.thread.join()

    def watch(self):
        while not self.stopping.is_set():
            began = time.monotonic()
            for bundle in self.bundles:
                bundle.look()
            self.rounds += 1
            self.longest_round = max(self.longest_round, time.monotonic() - began)
            self.stopping.wait(PAUSE_SECONDS)

    def problems(self):
        return [problem for bundle in self.bundles for problem in bundle.problems]

    def begins(self):
        """When each certificate began, of all that were seen."""
        return [begins for bundle in self.bundles for begins in bundle.begins.values()]
