class Container:
    def __getattr__(self, name):
        raise AttributeError(name)
