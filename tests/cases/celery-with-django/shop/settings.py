SECRET_KEY = "only-for-the-case"
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
INSTALLED_APPS = ["django.contrib.auth", "django_celery_beat"]
