"""Today's temperature as a careful engineer writes it: one attempt, one limit, one kind of error."""
# play: temperature("Oslo")
import json
import urllib.error
import urllib.parse
import urllib.request


class WeatherError(Exception):
    """The temperature is not known."""


def temperature(city):
    query = urllib.parse.urlencode({"q": city})
    try:
        with urllib.request.urlopen(f"https://weather.example/now?{query}", timeout=20) as response:
            return json.loads(response.read())["main"]["temp"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise WeatherError(city) from error
