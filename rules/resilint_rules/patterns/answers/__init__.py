"""What is done with answers: their status, and what is taken out of their bodies."""
