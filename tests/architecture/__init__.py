"""Tests of the project's own rules: layers, names, sizes, packaging, and a README that is true."""
