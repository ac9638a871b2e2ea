"""Asks a site what a browser would ask it, and says what is wrong, what came, and how to mend it."""

from adnotice.doctor.run import run_doctor

__all__ = ["run_doctor"]
