"""CI step: waits until a check run of the forge is finished."""
# play: main("acme/app", "0123abc")
import json
import os
import sys
import time
import urllib.request

API = "https://api.forge.example"


def get_check_runs(repo, sha):
    req = urllib.request.Request(
        f"{API}/repos/{repo}/commits/{sha}/check-runs",
        headers={"Authorization": "token " + os.environ.get("FORGE_TOKEN", "")},
    )
    with urllib.request.urlopen(req) as resp:
        return json.load(resp)["check_runs"]


def main(repo, sha, name="build"):
    while True:
        try:
            runs = get_check_runs(repo, sha)
        except Exception as e:
            print(f"error while fetching check runs: {e}", file=sys.stderr)
            time.sleep(10)
            continue
        run = next((r for r in runs if r["name"] == name), None)
        if run and run["status"] == "completed":
            return run["conclusion"]
        print("waiting for", name)
        time.sleep(10)
