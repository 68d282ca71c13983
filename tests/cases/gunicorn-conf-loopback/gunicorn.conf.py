bind = "127.0.0.1:8088"
workers = 3
