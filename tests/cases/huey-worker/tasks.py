from huey import RedisHuey, crontab

huey = RedisHuey("shop")


@huey.periodic_task(crontab(minute="0"))
def hourly():
    print("tick")
