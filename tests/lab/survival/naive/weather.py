"""Today's temperature."""
# play: temperature("Oslo")
import json
import urllib.parse
import urllib.request


def temperature(city):
    query = urllib.parse.urlencode({"q": city})
    with urllib.request.urlopen(f"https://weather.example/now?{query}") as response:
        data = json.loads(response.read())
    return data["main"]["temp"]
