"""The documentation as a static site: rules, libraries, settings. Pure."""
