"""Downloads an archive in chunks and checks its digest."""
# play: download("https://cdn.example/data.tar", "0" * 64)
import hashlib
import io
import time

import requests

CHUNK = 1 << 16
MAX_RETRIES = 8


def fetch_to(url, out):
    response = requests.get(url, stream=True)
    total = int(response.headers.get("content-length", 0))
    done = 0
    for chunk in response.iter_content(chunk_size=CHUNK):
        if chunk:
            out.write(chunk)
            done += len(chunk)
            if total:
                print("\r%3d %%" % (100 * done / total), end="")
    return done


def download(url, digest):
    for attempt in range(MAX_RETRIES):
        out = io.BytesIO()
        try:
            size = fetch_to(url, out)
            data = out.getvalue()
            if hashlib.sha256(data).hexdigest() != digest:
                print("digest of", size, "bytes differs, trying again")
                continue
            return data
        except:
            print("download failed")
            time.sleep(5)
    raise ValueError("no valid download of " + url)
