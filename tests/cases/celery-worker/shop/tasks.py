from shop.worker import celery_app


@celery_app.task
def send(address):
    print(address)
