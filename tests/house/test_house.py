#!/usr/bin/env python3
"""tools/check-house finds what it is for: each test plants one breach in a small tree of its own and sees it named."""
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

GOOD = {
    "src/base/error.h": "int tmn_fail(void);\n",
    "src/base/error.c": '/* Errors. */\n#include "base/error.h"\nint tmn_fail(void) {\n    return 1;\n}\n',
    "src/engine/engine.h": '#include "base/error.h"\nint tmn_run(void);\n',
    "src/engine/engine.c": '#include "engine/engine.h"\nint tmn_run(void) {\n    return tmn_fail(); /* exp(1), printf( */\n}\n',
    "include/tumen.h": "/* on tmn_ things */\nint tumen_version(void);\n",
}


class House(unittest.TestCase):
    def check(self, **planted):
        """Status and output of check-house on the good tree with files replaced ('/' as '__', '.' as '_dot_')."""
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder)
            files = GOOD | {name.replace("__", "/").replace("_dot_", "."): text for name, text in planted.items()}
            for name, text in files.items():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                (tree / name).write_text(text)
            (tree / "tools").mkdir()
            shutil.copy(ROOT / "tools" / "check-house", tree / "tools" / "check-house")
            (tree / "build" / "src").mkdir(parents=True)
            objects = []
            for source in sorted((tree / "src").rglob("*.c")):
                objects.append(source.with_suffix(".o"))
                subprocess.run(["cc", "-c", "-w", f"-I{tree}/src", str(source), "-o", str(objects[-1])], check=True)
            subprocess.run(["ar", "rc", str(tree / "build/src/libtumen.a"), *map(str, objects)], check=True)
            for made in objects:
                made.unlink()
            ran = subprocess.run([str(tree / "tools/check-house"), str(tree / "build")], capture_output=True, text=True)
            return ran.returncode, ran.stdout + ran.stderr

    def breach(self, expected, **planted):
        status, output = self.check(**planted)
        self.assertEqual(status, 1, output)
        self.assertIn(expected, output)
        self.assertIn("check-house: 1 breaches", output)

    def test_good_tree_passes(self):
        self.assertEqual(self.check(), (0, "check-house: 0 breaches\n"))

    def test_include_upwards(self):
        self.breach("src/base/error.c:1: base may not include engine",
                    src__base__error_dot_c='#include "engine/engine.h"\nint tmn_fail(void) {\n    return 1;\n}\n')

    def test_circle(self):
        self.breach("headers include each other in a circle: base/a.h -> base/b.h -> base/a.h",
                    src__base__a_dot_h='#include "base/b.h"\n', src__base__b_dot_h='#include "base/a.h"\n')

    def test_unknown_module(self):
        self.breach("'misc' is not a module", src__misc__a_dot_h="int tmn_a;\n")

    def test_symbol(self):
        self.breach("global symbol bare", src__base__error_dot_c="int tmn_fail(void) {\n    return 1;\n}\nint bare;\n")

    def test_fused_product(self):
        fused = ('__asm__("vfmadd132sd %xmm0, %xmm0, %xmm0");' if platform.machine() == "x86_64" else
                 '__asm__("fmadd d0, d0, d0, d0");')
        self.breach("rounds a product and a sum at once",
                    src__base__error_dot_c="int tmn_fail(void) {\n    " + fused + "\n    return 1;\n}\n")

    def test_long_function(self):
        body = "    ;\n" * 69
        self.breach("src/base/long.c:2: function tmn_long has 71 lines",
                    src__base__long_dot_c=f"int tmn_x;\nint tmn_long(void) {{\n{body}}}\n")

    def test_function_of_seventy_lines_passes(self):
        body = "    ;\n" * 68
        self.assertEqual(self.check(src__base__long_dot_c=f"int tmn_long(void) {{\n{body}}}\n")[0], 0)

    def test_long_file(self):
        self.breach("1001 lines", src__base__long_dot_h="int tmn_x;\n" * 1001)

    def test_unfinished(self):
        self.breach("unfinished work", src__base__a_dot_h="/* TO" "DO: more */\n")

    def test_machine_path(self):
        self.breach("a path of one machine", docs__a_dot_md="see /ho" "me/somebody/notes\n")

    def test_typedef(self):
        self.breach("no typedef for structs", src__base__a_dot_h="typedef struct tmn_a { int x; } tmn_a;\n")

    def test_printing_library(self):
        self.breach("the library never prints",
                    src__base__error_dot_c='#include <stdio.h>\nint tmn_fail(void) {\n    return fputs("x", stderr);\n}\n')

    def test_libm_in_engine(self):
        self.breach("use base/real.h", src__engine__engine_dot_c="#include <math.h>\ndouble tmn_run(double x) {\n    return exp(x);\n}\n")

    def test_internal_name_in_header(self):
        self.breach("the installed header names the internal tmn_run", include__tumen_dot_h="struct tmn_run;\n")


if __name__ == "__main__":
    sys.exit(unittest.main())
