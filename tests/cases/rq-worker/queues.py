import os

from redis import Redis
from rq import Queue

connection = Redis.from_url(os.environ["REDIS_URL"])
mail = Queue("low", connection=connection)
images = Queue("high", connection=connection)
others = Queue(connection=connection)
