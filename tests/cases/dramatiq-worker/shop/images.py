import dramatiq


@dramatiq.actor
def resize(path):
    print(path)
