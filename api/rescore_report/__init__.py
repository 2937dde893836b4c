"""The report on a run over historical cases: one page that an analyst takes to a meeting."""
