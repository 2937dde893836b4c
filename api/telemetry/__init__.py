"""What operators see: the log and the metrics, with nothing personal in either."""
