"""Objects that an SDK gives back: their methods are requests, too, and so is each page of a list."""

import asyncio

from github import Auth, Github
from github.PullRequest import PullRequest
from github.Repository import Repository


class Bot:
    def __init__(self, token):
        self.hub = Github(auth=Auth.Token(token))
        self.repo = self.hub.get_repo("shop/orders")

    async def label(self, number):
        change = self.repo.get_pull(number)  # finds: blocking-call-in-async
        change.add_to_labels("seen")  # finds: blocking-call-in-async
        print(change.title.lower(), change.labels.copy(), change.html_url)

    async def greet(self):
        for change in self.repo.get_pulls(state="open"):  # finds: blocking-call-in-async
            change.create_issue_comment("Hello")  # finds: blocking-call-in-async
        first = self.repo.get_issues()[0]  # finds: blocking-call-in-async
        first.edit(state="closed")  # finds: blocking-call-in-async


async def merge(change: PullRequest, repo: "Repository"):
    change.merge()  # finds: blocking-call-in-async
    return [commit.sha for commit in repo.get_commits()]  # finds: blocking-call-in-async


async def merge_in_a_thread(change: PullRequest):
    await asyncio.to_thread(change.merge)
    return change.number.bit_length()


def merge_now(change: PullRequest):
    return change.merge()
