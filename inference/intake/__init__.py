"""What stands between a stranger's bytes and pixels: one module per container, none of them trusts the file."""
