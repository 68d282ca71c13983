from apscheduler.schedulers.blocking import BlockingScheduler

scheduler = BlockingScheduler()


@scheduler.scheduled_job("cron", hour=3)
def nightly():
    print("nightly")


if __name__ == "__main__":
    scheduler.start()
