"""Work that is done later, and what is done again and again, with the same handlers on both databases.

On SQLite threads of the serving process do it (``embedded``), on PostgreSQL workers (``queued``). A job is a row, put
with what it is about. Its lease says whose it is: whoever was told of it twice does it once.
"""
