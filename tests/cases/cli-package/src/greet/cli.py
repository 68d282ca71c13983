def main():
    print("hello")


def again():
    main()
