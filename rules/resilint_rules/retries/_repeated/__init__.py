"""What a policy repeats though it must not: permanent errors, unsafe methods, cancellations."""
