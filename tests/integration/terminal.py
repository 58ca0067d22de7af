"""A shell in a pseudo-terminal, as a person has it: keys are typed, and what is shown is read."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

# Escapes of terminals: colours, moves, titles, modes.
_ESCAPES = re.compile(r"\x1b\[[0-9;?>=]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b\][^\a\x1b]*(?:\a|\x1b\\)|\x1b[=>78M]")
# What a shell asks of its terminal at the start, and what a plain terminal answers.
_QUESTIONS = ((b"\x1b[c", b"\x1b[?62c"), (b"\x1b[0c", b"\x1b[?62c"), (b"\x1b[6n", b"\x1b[1;1R"))
# A machine that builds at the same time is slow.
SECONDS = 120


class Terminal:
    """Runs `command` until it is closed."""

    def __init__(self, command, env, folder, columns=150):
        self._shown = ""
        self._marks = 0
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, env)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        os.kill(self._pid, signal.SIGKILL)
        os.close(self._fd)
        os.waitpid(self._pid, 0)

    def type(self, keys):
        """Types the keys; what was shown before them is forgotten."""
        self._shown = ""
        os.write(self._fd, keys.encode())

    def press(self, keys):
        """Types more keys; what was shown before them counts still."""
        os.write(self._fd, keys.encode())

    def read(self, seconds):
        """Everything that is shown since the last keys, without the terminal's escapes, after so long."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._fd], [], [], left)[0]:
                break
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                break
            for question, answer in _QUESTIONS:
                if question in data:
                    os.write(self._fd, answer)
            self._shown += data.decode(errors="replace")
        return _ESCAPES.sub("", self._shown)

    def wait_for(self, *words, seconds=SECONDS):
        """What is shown since the last keys, once all the words are among it."""
        end = time.monotonic() + seconds
        while True:
            shown = self.read(0.1)
            if all(word in shown for word in words):
                return shown
            if time.monotonic() > end:
                raise AssertionError("not all of %r are shown: %r" % (words, shown))

    def run(self, line):
        """Runs a line at the prompt, until it is done and the next prompt is there."""
        self._marks += 1
        mark = "mark%d" % self._marks
        # As the line is shown while it is typed, the mark is written in two parts.
        self.type("%s; echo %s''%s\r" % (line, mark[:4], mark[4:]))
        shown = self.wait_for(mark)
        while shown.rstrip().endswith(mark):
            shown = self.wait_for(mark)
        return shown
