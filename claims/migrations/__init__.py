"""The history of the tables. A new step: change ``claims/tables``, write the next file in ``versions/``."""
