"""A partner that misbehaves on purpose, on loopback: what the rules say is proven by running it."""

from lab.example import Outcome, run_example
from lab.server import Lab, Received

__all__ = ["Lab", "Outcome", "Received", "run_example"]
