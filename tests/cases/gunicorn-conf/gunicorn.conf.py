import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8088')}"
worker_class = "gthread"
threads = 8
worker_tmp_dir = "/dev/shm"
