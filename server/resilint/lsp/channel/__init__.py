"""The messages between the protocol process and the worker, and the pipe that carries them."""
