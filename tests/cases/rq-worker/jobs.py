def resize(path):
    print(path)
