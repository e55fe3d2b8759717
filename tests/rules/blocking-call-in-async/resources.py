"""Resources that are chosen by an identifier: what is done with them is a call, the choice is none."""

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

client = Client(http_client=TwilioHttpClient(timeout=5))


async def state(sid: str):
    return client.messages(sid).fetch().status  # finds: blocking-call-in-async


async def chosen(sid: str):
    return client.messages(sid)


async def sent(text: str):
    client.messages.create(to="+1", from_="+2", body=text)  # finds: blocking-call-in-async
