from acme_core import GREETING


def main():
    print(GREETING)
