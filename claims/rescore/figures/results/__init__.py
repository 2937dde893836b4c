"""The figures of a run as plain frozen values: what the report draws and `figures.json` holds."""
