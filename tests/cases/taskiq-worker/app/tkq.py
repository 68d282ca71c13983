from taskiq import TaskiqScheduler
from taskiq.schedule_sources import LabelScheduleSource
from taskiq_redis import ListQueueBroker, RedisAsyncResultBackend

broker = ListQueueBroker("redis://redis:6379").with_result_backend(RedisAsyncResultBackend("redis://redis:6379"))
scheduler = TaskiqScheduler(broker, [LabelScheduleSource(broker)])
