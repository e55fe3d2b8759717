"""Lists that come in pages: which calls want all there is, in forms that the page of the rule has no room for."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

START = """\
import boto3
from jira import JIRA
from slack_sdk import WebClient
from googleapiclient.discovery import build
iam = boto3.client("iam")
ecs = boto3.client("ecs")
logs = boto3.client("logs")
ec2 = boto3.client("ec2")
drive = build("drive", "v3")
def job(jira: JIRA, slack: WebClient, name):
"""


def found(*lines: str) -> int:
    """The findings in a function with some lines."""
    text = START + "".join(f"    {line}\n" for line in lines)
    doc = Document(text, "job.py", "job", "source")
    return len(check(doc, Project(lambda _: None), Settings(select=("first-page-only",), preview=True)).findings)


@pytest.mark.parametrize(
    "lines",
    [
        ['for user in iam.list_users()["Users"]:', "    print(user)"],
        ['users = iam.list_users()["Users"]', "return sorted(users, key=str)"],
        ["answer = iam.list_users(MaxItems=1000)", 'return [user for user in answer.get("Users") or []]'],
        ['tasks = ecs.list_tasks(cluster=name)["taskArns"]', "return ecs.describe_tasks(cluster=name, tasks=tasks)"],
        ["groups = logs.describe_log_groups()", 'return {group["logGroupName"] for group in groups["logGroups"]}'],
        ['groups = logs.describe_log_groups(logGroupClass="STANDARD")["logGroups"]', "return [*groups]"],
        ['return ec2.describe_snapshots(OwnerIds=["self"], MaxResults=500)["Snapshots"]'],
        ['return {one["VolumeId"] for one in ec2.describe_volumes(MaxResults=1000)["Volumes"]}'],
        ['for issue in jira.search_issues("project = X"):', "    print(issue)"],
        ['return jira.search_issues("project = X", maxResults=500)'],
        ['return [channel["id"] for channel in slack.conversations_list()["channels"]]'],
        ['return [file["id"] for file in drive.files().list(q=name).execute()["files"]]'],
    ],
)
def test_all_is_wanted(lines: list[str]) -> None:
    """It is taken apart, given back or passed on."""
    assert found(*lines) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ['return iam.list_users()["Users"][0]'],
        ['return bool(iam.list_users()["Users"])'],
        ['if iam.list_users().get("Users"):', "    return 1"],
        ['return iam.list_users(MaxItems=10)["Users"]'],
        ['return iam.list_access_keys(UserName=name)["AccessKeyMetadata"]'],
        ["return iam.list_users()"],
        ["answer = iam.list_users()", 'log(answer["IsTruncated"])', 'return answer["Users"]'],
        ['groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]', "return [*groups]"],
        ['return ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]'],
        ['return ec2.describe_snapshots(SnapshotIds=[name], MaxResults=500)["Snapshots"]'],
        ['return ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": [name]}], MaxResults=500)["Volumes"]'],
        ['for issue in jira.search_issues("project = X", maxResults=False):', "    print(issue)"],
        ['for issue in jira.search_issues("project = X", maxResults=5):', "    print(issue)"],
        ["for page in slack.conversations_list():", '    print(page["channels"])'],
        ['return [one for one in drive.files().get(fileId=name).execute()["parents"]]'],
    ],
)
def test_less_is_wanted_or_something_goes_on(lines: list[str]) -> None:
    """One entry, a look whether there is any, a short page; or the other pages, by some means."""
    assert found(*lines) == 0


PAGES = """\
import boto3
import requests
class Groups:
    def __init__(self):
        self.logs = boto3.client("logs")
    def groups(self):
        return [group["logGroupName"] for group in self.logs.describe_log_groups()["logGroups"]]
    def streams(self, name, token):
        while token:
            page = self.logs.describe_log_streams(logGroupName=name, nextToken=token)
            yield from page["logStreams"]
            token = page.get("nextToken")
    def repositories(self, owner):
        return requests.get(f"https://api.github.com/orgs/{owner}/repos", timeout=5).json()
"""


def test_what_goes_on_in_another_method_is_not_about_this_list() -> None:
    """A class that gets all pages of one list may take the first page of another for the whole."""
    doc = Document(PAGES, "job.py", "job", "source")
    report = check(doc, Project(lambda _: None), Settings(select=("first-page-only",), preview=True))
    assert [doc.position(finding.span.start)[0] for finding in report.findings] == [7, 14]
