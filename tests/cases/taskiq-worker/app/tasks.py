from app.tkq import broker


@broker.task(schedule=[{"cron": "*/5 * * * *"}])
async def refresh():
    pass
