import arq


async def send(ctx, address):
    print(address)


class WorkerSettings:
    functions = [send]
