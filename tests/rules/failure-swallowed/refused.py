"""Calls that raise for a refusal by the peer: what is sent or stored is lost, what is only asked is not."""

from urllib.error import URLError
from urllib.request import urlopen

import boto3
from botocore.exceptions import ClientError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

topics = boto3.client("sns")


def announce(order):
    try:
        topics.publish(TopicArn="orders", Message=order)
    except ClientError:  # finds: failure-swallowed
        pass


def queue(order):
    client = boto3.client("sqs", region_name="eu-west-1")
    try:
        client.send_message(QueueUrl="orders", MessageBody=order)
    except ClientError:  # finds: failure-swallowed
        return None


class Rows:
    def __init__(self):
        self.table = boto3.resource("dynamodb").Table("orders")

    def store(self, order):
        try:
            self.table.put_item(Item=order)
        except ClientError:  # finds: failure-swallowed
            pass

    def store_once(self, order):
        try:
            self.table.put_item(Item=order, ConditionExpression="attribute_not_exists(id)")
        except ClientError:
            pass

    def row(self, number):
        try:
            return self.table.get_item(Key={"id": number})["Item"]
        except ClientError:
            return None


def told(client: WebClient, text):
    try:
        client.chat_postMessage(channel="orders", text=text)
    except SlackApiError:  # finds: failure-swallowed
        pass


def in_channel(client: WebClient, user):
    try:
        client.conversations_invite(channel="orders", users=user)
    except SlackApiError:
        pass


def raised_again(order):
    try:
        topics.publish(TopicArn="orders", Message=order)
    except ClientError as error:
        if error.response["Error"]["Code"] != "Throttling":
            raise


def made_there(name):
    try:
        boto3.client("s3").create_bucket(Bucket=name)
    except ClientError:
        pass


def verdict(order):
    try:
        topics.publish(TopicArn="orders", Message=order)
    except ClientError:
        return False
    return True


def charged(order, default=None):
    try:
        return urlopen("https://shop.example.com/charges", order, timeout=5).read()
    except (URLError, TimeoutError):  # finds: failure-swallowed
        return default


def looked_up(number, default=None):
    try:
        return urlopen(f"https://shop.example.com/charges/{number}", timeout=5).read()
    except (URLError, TimeoutError):
        return default


def looked_up_without_a_body(number, default=None):
    try:
        return urlopen(f"https://shop.example.com/charges/{number}", None, timeout=5).read()
    except (URLError, TimeoutError):
        return default
