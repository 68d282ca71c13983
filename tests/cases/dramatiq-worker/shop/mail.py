from dramatiq import actor


@actor(max_retries=3)
def send(address):
    print(address)
