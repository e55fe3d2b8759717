"""The house's own rules, checked: layers, names, sizes, packaging, and a README that is true."""
