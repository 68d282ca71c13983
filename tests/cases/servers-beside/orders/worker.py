from arq.connections import RedisSettings

from orders.settings import settings


async def send(context, order):
    print(order)


class WorkerSettings:
    functions = [send]
    redis_settings = RedisSettings.from_dsn(settings.redis_url)
