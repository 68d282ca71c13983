print("what the template came with")
