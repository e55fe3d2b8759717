"""Bodies that are asked whether they are an answer: here, by who is given them, and by who asked for them."""

import json
import re
import sys
import time
from urllib.parse import parse_qsl

import aiohttp
import requests
import xmltodict

URL = "https://partner.example/v1"


def one_word():
    answer = requests.get(URL, timeout=5)
    return answer.text.strip() == "OK"


def first_word():
    answer = requests.get(URL, timeout=5)
    body = answer.text
    if not body.startswith(("good", "unchanged")):
        raise LookupError(body)
    return body


def parsed():
    answer = requests.get(URL, timeout=5)
    data = json.loads(answer.text)
    if "choices" not in data:
        raise LookupError(data)
    return data["choices"]


def of_xml(key):
    answer = requests.get(URL, timeout=5)
    found = xmltodict.parse(answer.content.decode()).get(key)
    if int(found["message"]["code"]) != 0:
        return None
    return found["answer"]


def of_a_kind():
    answer = requests.get(URL, timeout=5)
    rows = answer.json()
    if not isinstance(rows, list):
        raise LookupError(rows)
    return rows


def missed():
    answer = requests.post(URL, timeout=5)
    try:
        return answer.json()["access_token"]
    except KeyError:
        raise LookupError("no token") from None


def missed_elsewhere(options):
    answer = requests.post(URL, timeout=5)  # finds: status-never-checked
    try:
        limit = options["limit"]
    except KeyError:
        limit = 0
    return answer.json()["rows"][limit]


def a_value():
    """A part of the body is compared: it may be the part of an error, too."""
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    return answer.json()["state"] == "on"


def printed():
    """Whoever reads it sees what it is."""
    answer = requests.get(URL, timeout=5)
    print(json.dumps(answer.json(), indent=4))


def printed_and_taken():
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    print(answer.text)
    return answer.json()["rows"]


def latest(known):
    """Whatever fails, a missing key too, ends in the same."""
    try:
        answer = requests.get(URL, timeout=5)
        return answer.json()[0]["name"]
    except Exception:
        return known


def reported(known, log):
    """The log will speak of a missing key, and not of the refusal."""
    try:
        answer = requests.get(URL, timeout=5)  # finds: status-never-checked
        return answer.json()[0]["name"]
    except Exception as error:
        log.warning("no name: %s", error)
        return known


def replaced(code):
    """Whatever fails ends in the same error."""
    answer = requests.post(URL, data={"code": code}, timeout=5)
    data = answer.json()
    try:
        return use(data["access_token"])
    except Exception:
        raise PermissionError("no token")


def raised_on(code):
    """Whoever sees it sees a missing key."""
    answer = requests.post(URL, data={"code": code}, timeout=5)  # finds: status-never-checked
    data = answer.json()
    try:
        return use(data["access_token"])
    except Exception:
        raise


def counted(known):
    """Nothing is missed where nothing has to be there."""
    try:
        answer = requests.get(URL, timeout=5)  # finds: status-never-checked
        return len(answer.json().get("rows", []))
    except Exception:
        return known


def judged():
    answer = requests.get(URL, timeout=5)
    return _fair(answer.json())


def judged_in_text():
    answer = requests.get(URL, timeout=5)
    return _header(answer.text)


def merely_given():
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    return _names(answer.json())


def tidied():
    """Who else calls the helper, and what they ask, says nothing of this body."""
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    return _tidy(answer.json())


def tidied_other(data):
    found = _tidy(data)
    return found["rows"] if "error" not in found else None


def validated(Order):
    answer = requests.get(URL, timeout=5)
    return Order.model_validate(answer.json())


def _fair(data):
    if "rows" not in data:
        raise LookupError(data)
    return data["rows"]


def _header(text):
    data = json.loads(text)
    return data if data["header"]["code"] == 0 else None


def _names(data):
    return [each["name"] for each in data["rows"]]


def _tidy(data):
    data.pop("links")
    return data


class Partner:
    """What is asked for in one method, and looked into in another."""

    def _chat(self, text):
        answer = requests.post(URL, json=text, timeout=5)
        return answer.json()

    def say(self, text):
        found = self._chat(text)
        if found.get("error_code"):
            raise LookupError(found)
        return found["said"]

    def _rows(self, text):
        answer = requests.post(URL, json=text, timeout=5)
        return answer.json()

    def rows(self, text):
        return self._shown(self._rows(text))

    @staticmethod
    def _shown(found):
        if "error" in found.keys():
            raise LookupError(found["error"])
        return found["rows"]

    def _first(self, text):
        answer = requests.post(URL, json=text, timeout=5)
        return answer.json()

    def _second(self, text):
        return self._first(text)

    def third(self, text):
        found = self._second(text)
        return found["rows"] if found["status"] == "ok" else []

    def _blind(self, text):
        answer = requests.post(URL, json=text, timeout=5)  # finds: status-never-checked
        return answer.json()

    def blind(self, text):
        if "error" in text:
            return None
        return self._blind(text)["rows"]


def granted(code):
    """Asked again until a word is there: an error is the answer that it is not yet."""
    while True:
        answer = requests.post(URL, data={"device_code": code}, timeout=5)
        found = answer.json()
        if found.get("access_token") is not None:
            return found["access_token"]
        time.sleep(5)


def of_a_word():
    answer = requests.post(URL, timeout=5)
    if (token := answer.json().get("token")) is None:
        return ""
    return token


def turned():
    """That there is no next page says nothing of this one."""
    rows, url = [], URL
    while True:
        answer = requests.get(url, timeout=5)  # finds: status-never-checked
        rows.extend(answer.json()["rows"])
        cursor = answer.json().get("next")
        if cursor is None:
            return rows
        url = f"{URL}?after={cursor}"
def triggered():
    """What an answer must have is asked for, and its lack is told in words."""
    answer = requests.post(URL, timeout=5)
    data = answer.json()
    if not data.get("snapshot_id"):
        return "No snapshot came back"
    return data["snapshot_id"]


def ended():
    answer = requests.post(URL, timeout=5)
    token = dict(parse_qsl(answer.text)).get("oauth_token")
    if token is None:
        sys.exit("no token")
    return token


def empty():
    """An error page reads like no rows at all."""
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    data = answer.json()
    if not data.get("rows"):
        return []
    return data["rows"]


def searched():
    answer = requests.get(URL, timeout=5)
    found = re.search(r"pin=(\d+)", answer.text)
    if found is None:
        raise LookupError(answer.text)
    return found[1]


def searched_in_vain():
    """An error page reads like a page without a number."""
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    found = re.search(r"pin=(\d+)", answer.text)
    return found[1] if found else None


def _extracted(text):
    try:
        return json.loads(text).get("data", "")
    except ValueError:
        return text


def extracted():
    answer = requests.get(URL, timeout=5)
    data = _extracted(answer.text)
    if "error" in data:
        raise LookupError(data)
    return data


def told(oauth):
    """Its parser raises what the other side says is wrong."""
    answer = requests.post(URL, timeout=5)
    return oauth.parse_request_body_response(answer.text)


class Keeper:
    def made(self, name):
        """Its id is kept if it is there; what is given back may be an error all the same."""
        answer = requests.post(URL, json=name, timeout=5)  # finds: status-never-checked
        data = answer.json()
        if "id" in data:
            self.last = data["id"]
        return data

    def tried(self, name):
        answer = requests.post(URL, json=name, timeout=5)
        data = answer.json()
        if "error" in data:
            self.error = data["error"]
        return data

    def known(self, name):
        answer = requests.get(URL, timeout=5)
        data = answer.json()
        if name in data:
            return data[name]
        return None


class Versions:
    async def fetched(self, session: aiohttp.ClientSession):
        """What the function that reads it misses is told in words of its own."""
        answer = await session.get(URL)
        data = await answer.json()
        try:
            self.read(data)
        except KeyError as error:
            raise LookupError("no versions in it") from error

    async def read_in_vain(self, session: aiohttp.ClientSession):
        answer = await session.get(URL)  # finds: status-never-checked
        data = await answer.json()
        try:
            self.read(data)
        finally:
            self.done = True

    def read(self, data):
        self.versions = [each["name"] for each in data["results"]]


def touched():
    """Nothing is taken from it, however far it is read."""
    answer = requests.get(URL, timeout=5)
    answer.text.encode("ascii", "ignore")
