"""What tests of the command line share: the program, and a folder of its own for each test."""
import os
import pathlib
import pty
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

    def drawn(self, *words):
        """What a program that ends well draws on a terminal."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        running = subprocess.Popen([str(TUMEN), *map(str, words)], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        drawn = b""
        try:
            while got := os.read(ours, 4096):
                drawn += got
        except OSError:  # the other end is closed
            pass
        self.assertEqual(running.wait(timeout=60), 0)
        return drawn.decode()
