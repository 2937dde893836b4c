"""Rows in, frozen records out: one module for each noun. Every function takes the ``Book`` of one transaction.

Locks are always taken in this order, so that nobody waits in a circle: a claim, its other rows, jobs, then the audit
head. A use case that writes an audit entry writes it last.
"""
