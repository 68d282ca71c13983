import os

bind = ["[::]:{}".format(os.environ.get("PORT", "5006"))]
threads = 5
