ASGI_APPLICATION = "site1.asgi.application"
