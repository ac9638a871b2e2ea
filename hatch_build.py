"""Compiles what every page and every report pays for, when a wheel is built with HATCH_BUILD_HOOKS_ENABLE=1.

mypyc makes machine code of the modules that `pyproject.toml` names, in a folder of its own: a checkout never holds any,
so that what is edited is what runs. The wheel holds the modules' text too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ONE_LIBRARY: Final = "-fvisibility=hidden -fno-plt"
"""The modules call each other directly: they are one library, of which nothing but its entry is seen from outside."""

COLD: Final = """\
struct _object;
extern void CPy_AddTraceback(const char *, const char *, int, struct _object *) __attribute__((cold));
extern void CPy_TypeError(const char *, struct _object *) __attribute__((cold));
"""
"""What leads to these is kept away from what runs for every page: where cores are shared, a cache holds little."""

SETUP: Final = """\
from mypyc.build import mypycify
from setuptools import setup

# Libraries of extras may be missing where a wheel is built: no compiled module uses one.
modules = mypycify(["--ignore-missing-imports", *{}], opt_level="3", debug_level="1", group_name="adnotice.compiled")
setup(name="adnotice", packages=[], ext_modules=modules)
"""
"""mypyc's own command, but for the library's name, by which it lies in the package instead of beside it."""


class CompilingHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled modules to the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles, and names what the wheel gets. Raises RuntimeError with the compiler's words when it can't."""
        if version == "editable":
            return
        self._folder = Path(tempfile.mkdtemp(prefix="adnotice-"))
        shutil.copytree(Path(self.root, "adnotice"), self._folder / "adnotice")
        environment = dict(os.environ)
        if os.name == "posix":
            cold = self._folder / "cold.h"
            cold.write_text(COLD, encoding="ascii")
            environment["CFLAGS"] = f"{ONE_LIBRARY} -include {cold} {os.environ.get('CFLAGS', '')}"
        Path(self._folder, "setup.py").write_text(SETUP.format(self.config["modules"]), encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "setup.py", "build_ext", "--inplace"],
            cwd=self._folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if ran.returncode:
            raise RuntimeError(
                f"mypyc can't compile (it needs a C compiler and Python's headers):\n{ran.stdout[-4000:]}"
            )
        made = [path for path in self._folder.rglob("*") if path.suffix in (".so", ".pyd")]
        build_data["force_include"].update(
            {
                str(path): str(path.relative_to(self._folder))
                for path in made
                if "build" not in path.relative_to(self._folder).parts
            }
        )
        build_data["infer_tag"] = True
        build_data["pure_python"] = False

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes the folder."""
        if version != "editable":
            shutil.rmtree(self._folder)
