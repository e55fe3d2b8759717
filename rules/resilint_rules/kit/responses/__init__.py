"""Whether the status of a response is checked, and where its body goes."""
