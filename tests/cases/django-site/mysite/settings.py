WSGI_APPLICATION = "mysite.wsgi.application"
ROOT_URLCONF = "mysite.urls"
