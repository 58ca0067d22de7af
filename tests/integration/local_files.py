"""A folder for the files of tests of commands that need no CA."""

import os
import shutil
import tempfile
import unittest


class LocalFilesTest(unittest.TestCase):
    """One folder for all tests of a class. A class with a setUpClass of its own calls this one's first."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="local-", dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def new_path(cls, name="out.key"):
        """The path, where nothing is."""
        if os.path.exists(cls.path(name)):
            os.remove(cls.path(name))
        return cls.path(name)

    @classmethod
    def write(cls, name, contents):
        """A file that its owner alone may read, of bytes or text; its path."""
        data = contents if isinstance(contents, bytes) else contents.encode()
        with open(cls.path(name), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(data)
        return cls.path(name)
