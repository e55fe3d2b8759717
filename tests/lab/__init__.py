"""A partner that misbehaves on purpose, on loopback: what the rules say is proven by running it."""

from .example import Outcome, run_example
from .server import Lab, Received

__all__ = ["Lab", "Outcome", "Received", "run_example"]
