TOKEN = None
