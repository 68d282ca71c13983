def migrate():
    """Bring the tables up to date."""
