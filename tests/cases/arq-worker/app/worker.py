from arq import cron


async def clean(ctx):
    pass


class WorkerSettings:
    functions = [clean]
    cron_jobs = [cron(clean, hour=3)]
