import scrapy


class AuthorsSpider(scrapy.Spider):
    name = "authors"
    start_urls = ["https://authors.example"]

    def parse(self, response):
        yield {"title": response.css("title::text").get()}
