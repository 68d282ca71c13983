import billing

if __name__ == "__main__":
    billing.run()
