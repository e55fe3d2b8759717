"""What is in the bodies of answers: words that tell success from failure, and parts that may be missing."""
