"""Pages for people: the start page, the customer's case, the desk of the staff. What they do, they do through ``/v1``.

``render`` makes HTML of a template, ``visitors`` tells whose page it is; each of the others serves one audience.
"""
