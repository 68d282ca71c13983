import scrapy


class QuotesSpider(scrapy.Spider):
    name = "quotes"
    start_urls = ["https://quotes.example"]

    def parse(self, response):
        yield {"title": response.css("title::text").get()}
