"""`python -m adnotice`: the command line."""

import sys

from adnotice.cli import main

if __name__ == "__main__":
    sys.exit(main())
