"""The rim: command line and HTTP."""
