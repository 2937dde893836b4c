"""What people, apps and jobs do with a case: use cases, one function each, on one transaction (``Desk``).

Routes, jobs and the command line call the same functions. Rights are checked, a move of the life of a case is made with
its clocks and notifications, and the audit entries come last, in one transaction that the rim opens and closes.
"""
