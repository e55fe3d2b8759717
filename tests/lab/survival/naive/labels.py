"""CI step: labels the pull requests of a milestone and waits for the rate limit of the forge."""
# play: label_all("acme/shop", "v2.1")
import os
import sys
import time

import requests

API = "https://forge.example/api/v3"
TOKEN = os.environ.get("FORGE_TOKEN", "")


def make_session():
    session = requests.Session()
    session.headers.update({"Authorization": f"token {TOKEN}", "Accept": "application/json"})
    return session


def get(session, url, params=None):
    while True:
        resp = session.get(url, params=params)
        if resp.status_code == 429:
            reset = int(resp.headers["X-RateLimit-Reset"])
            print(f"rate limited until {reset}", file=sys.stderr)
            time.sleep(max(reset - time.time(), 0) + 1)
            continue
        return resp


def find_milestone(session, repo, title):
    for milestone in get(session, f"{API}/repos/{repo}/milestones").json():
        if milestone["title"] == title:
            return milestone["number"]
    return None


def pull_requests(session, repo, milestone):
    page = 1
    while True:
        resp = get(session, f"{API}/repos/{repo}/issues", {"milestone": milestone, "page": page, "per_page": 100})
        issues = resp.json()
        if not issues:
            break
        for issue in issues:
            if "pull_request" in issue:
                yield issue["number"]
        page += 1


def add_label(session, repo, number, label):
    resp = session.post(f"{API}/repos/{repo}/issues/{number}/labels", json={"labels": [label]})
    return resp.json()[0]["name"]


def label_all(repo, title, label="release"):
    session = make_session()
    milestone = find_milestone(session, repo, title)
    labelled = []
    for number in pull_requests(session, repo, milestone):
        add_label(session, repo, number, label)
        labelled.append(number)
    return labelled
