BOT_NAME = "news"
SPIDER_MODULES = ["news.spiders"]
