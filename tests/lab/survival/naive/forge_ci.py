"""Lists open pull requests for a CI job."""
# play: open_pulls("acme/app")
import requests

BASE = "https://api.forge.example"


def open_pulls(repo):
    pulls = []
    url = f"{BASE}/repos/{repo}/pulls?state=open"
    while url:
        r = requests.get(url, headers={"Accept": "application/json"})
        for item in r.json():
            pulls.append(item["number"])
        url = r.links.get("next", {}).get("url")
    return pulls
