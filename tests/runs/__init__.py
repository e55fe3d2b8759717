"""What the tests of whole runs share: small trees, and a check that obeys the text."""
