"""Where it starts."""

from . import fetching


def main(options):
    fetching.fetch(options.url)
