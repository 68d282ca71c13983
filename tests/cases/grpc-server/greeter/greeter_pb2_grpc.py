def add_GreeterServicer_to_server(servicer, server):
    server.add_generic_rpc_handlers(())
