"""The laboratory: everything that needs torch."""
