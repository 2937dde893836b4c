"""Who comes in: from the header ``Authorization`` to the actor of a use case, and signing in with a password.

``who`` has what routes ask for; ``recognise`` tells tokens and keys apart; ``signing_in`` is the way of a password.
"""
