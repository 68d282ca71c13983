def prepare():
    """Without this there is nothing to show."""
