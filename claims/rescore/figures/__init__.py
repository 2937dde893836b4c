"""What a run adds up to: accuracy with its intervals, what moved, which cases to look at, drift and data quality."""
