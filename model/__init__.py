"""The vocabulary of the project and the papers of its detectors. Imports nothing else of ours."""
