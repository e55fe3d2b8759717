"""Handlers that look for one error, and let all others vanish."""
import logging

import boto3
import requests
from botocore.exceptions import ClientError

s3 = boto3.client("s3")


def ensure_bucket(name):
    try:
        s3.create_bucket(Bucket=name)
    except ClientError as error:  # finds: failure-swallowed
        if error.response["Error"]["Code"] == "BucketAlreadyOwnedByYou":
            return


def ensure_bucket_or_fail(name):
    try:
        s3.create_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "BucketAlreadyOwnedByYou":
            return
        raise


def forget(name):
    try:
        s3.put_object(Bucket=name, Key="a")
    except ClientError:
        pass  # every refusal is meant


def invite(mail):
    try:
        requests.post(URL, json={"mail": mail}, timeout=5).raise_for_status()
    except requests.HTTPError as error:  # finds: failure-swallowed
        if error.response.status_code in (409, 422):
            remind(mail)


def enroll(name):
    try:
        requests.put(f"{URL}/{name}", timeout=5).raise_for_status()
    except requests.RequestException as error:  # finds: failure-swallowed
        message = str(error).lower()
        if "duplicate" in message:
            pass


def rest_is_logged(name):
    try:
        requests.put(f"{URL}/{name}", timeout=5).raise_for_status()
    except requests.RequestException as error:
        message = str(error).lower()
        if "duplicate" not in message:
            logging.warning("enroll: %s", message)


def rest_is_logged_too(name):
    try:
        requests.put(f"{URL}/{name}", timeout=5).raise_for_status()
    except requests.HTTPError as error:
        if error.response.status_code >= 500:
            logging.warning("enroll: %s", error)


def told_afterwards(name):
    message = ""
    try:
        requests.put(f"{URL}/{name}", timeout=5).raise_for_status()
    except requests.RequestException as error:
        message = str(error)
        if "duplicate" in message:
            message = ""
    return message


def again(name):
    for pause in (1, 2, 4):
        try:
            return requests.put(f"{URL}/{name}", timeout=5).raise_for_status()
        except requests.HTTPError as error:
            if error.response.status_code == 429:
                wait(pause)
    return None


def one_or_other(name):
    try:
        requests.put(f"{URL}/{name}", timeout=5).raise_for_status()
    except requests.HTTPError as error:
        if error.response.status_code == 409:
            remind(name)
        else:
            complain(name, error)


def made_empty(url):
    try:
        return set(requests.get(url, timeout=5).json())
    except requests.RequestException:  # finds: failure-swallowed
        return set()


def put_in_place(url):
    try:
        found = set(requests.get(url, timeout=5).json())
    except requests.RequestException:  # finds: failure-swallowed
        found = set()
    return found
