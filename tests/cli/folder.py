"""What tests of the command line share: the program, and a folder of its own for each test."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TUMEN = pathlib.Path(sys.argv[1]).resolve()


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def expect(self, status, *words):
        ran = subprocess.run([str(TUMEN), *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(ran.returncode, status, f"{words}\n{ran.stdout}\n{ran.stderr}")
        return ran
