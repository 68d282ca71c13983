from celery import Celery

celery_app = Celery("shop", include=["shop.tasks"])
