import inner_thing

inner_thing.run()
