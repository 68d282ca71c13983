from faststream import FastStream
from faststream.nats import NatsBroker

broker = NatsBroker("nats://nats:4222")
app = FastStream(broker)


@broker.subscriber("orders")
async def handle(order: dict) -> None:
    print(order)
