"""A library that may not be there."""


def client(account, token):
    try:
        from twilio.rest import Client
    except ImportError as error:
        raise ImportError("pip install twilio") from error
    return Client(account, token)  # finds: no-timeout
