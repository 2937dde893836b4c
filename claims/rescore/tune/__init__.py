"""The policy simulator: what other thresholds would have offered, how often wrongly, and which may be promised."""
