"""A machine of one's own to follow a page as root: this one's files with a layer above that is thrown away.

Mounts and processes are its own (overlayfs in a mount and a process namespace), the network is this machine's. No systemd
runs in it, so services are begun by their scripts, as `service` does on any Debian.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

READY_SECONDS: Final = 90.0
TOOLS: Final = ("unshare", "nsenter", "mount", "chroot")
PACKAGES: Final = ("nginx-common", "caddy", "mysql-common", "php-common", "wordpress", "python3*-venv")
"""What pages have `apt-get` install: where it is there already, a page without that line would do too."""
DEVICES: Final = ("null", "zero", "full", "random", "urandom", "tty")

_SET_UP: Final = """
set -e
mount -t tmpfs tmpfs {base}
mkdir {base}/upper {base}/work {base}/root
mount -t overlay overlay -o lowerdir=/,upperdir={base}/upper,workdir={base}/work {base}/root
cd {base}/root
mount -t proc proc proc
mount -t tmpfs tmpfs dev
for each in {devices}; do : >dev/$each; mount --bind /dev/$each dev/$each; done
ln -s /proc/self/fd dev/fd; mkdir dev/shm dev/pts
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs root
mkdir -p run/lock
rm -rf var/lib/apt/lists/* etc/adnotice* srv/*
printf '#!/bin/sh\\nexit 101\\n' >usr/sbin/policy-rc.d; chmod +x usr/sbin/policy-rc.d
installed=$(chroot . dpkg-query --show --showformat '${{Package}} ' {packages} 2>{base}/not-installed || true)
[ -z "$installed" ] || DEBIAN_FRONTEND=noninteractive chroot . apt-get purge --yes $installed >{base}/purged
rm -rf etc/mysql var/lib/mysql
mkdir -p etc/mysql/mariadb.conf.d; printf '[mysqld]\\nskip-networking\\n' >etc/mysql/mariadb.conf.d/99-here.cnf
: >{base}/ready
while :; do sleep 3600; done
"""
"""What is taken away is what a new machine has not: MariaDB too, which may stand here with settings of somebody's own. It is to
listen to its socket alone, as its port may be taken. The shell stays as the first process: what services leave behind is waited
for by it, and a service counts as ended only then."""


def needs() -> list[str]:
    """What a fresh root needs and this machine does not have."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    return missing + ([] if os.geteuid() == 0 else ["root's rights"])


@contextmanager
def fresh_root(base: Path) -> Iterator[list[str]]:
    """Gives the beginning of a command that runs in it, in root's empty home; ends all that runs there."""
    base.mkdir()
    script = _SET_UP.format(base=base, devices=" ".join(DEVICES), packages=" ".join(map(shlex.quote, PACKAGES)))
    holder = subprocess.Popen(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", script],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        inside = _first_process(holder)
        entered = ["nsenter", f"--target={inside}", "--mount", "--pid", "--"]
        deadline = time.monotonic() + READY_SECONDS
        while subprocess.run([*entered, "test", "-e", base / "ready"], check=False, capture_output=True).returncode:
            if holder.poll() is not None or time.monotonic() > deadline:
                holder.kill()
                raise RuntimeError(f"no fresh root: {holder.communicate()[1].decode()}")
            time.sleep(0.05)
        yield [*entered, "chroot", str(base / "root"), "env", "-C", "/root"]
    finally:
        holder.kill()  # the first process inside dies with it, and with that one all others
        holder.communicate()


def _first_process(holder: subprocess.Popen[bytes]) -> int:
    """The number, out here, of the process that holds the namespaces."""
    children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children")
    deadline = time.monotonic() + READY_SECONDS
    while not (found := children.read_text().split()):
        if holder.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("unshare made no process")
        time.sleep(0.02)
    return int(found[0])
