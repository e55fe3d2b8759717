"""Asks a GraphQL API by hand."""
# play: viewer()
import requests

QUERY = "query { viewer { login email } }"


def query(text, **variables):
    resp = requests.post("https://api.graph.example/graphql", json={"query": text, "variables": variables})
    return resp.json()["data"]


def viewer():
    data = query(QUERY)
    return data["viewer"]["login"]
