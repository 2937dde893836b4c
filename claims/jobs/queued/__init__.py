"""Jobs on PostgreSQL: Procrastinate carries the id of a job to a worker; the row says whether there is something to do.

What is carried twice is done once, and what was not carried is found by its row.
"""
