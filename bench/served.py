"""The site that a measured uvicorn serves, wrapped by the contender that the environment names."""

from __future__ import annotations

import os

from bench.injectors import BY_NAME
from bench.pages import socket_site

app = BY_NAME[os.environ["BENCH_CONTENDER"]].wrap(socket_site())
