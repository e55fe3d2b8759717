"""The language server: reports the findings of `check` to an editor.

`server.py` holds the state of a session, `features.py`, `lifecycle.py` and `pull.py` its handlers.
`worker_process.py` runs the child process that analyses code (`worker/`), and `convert.py` converts between
offsets and protocol types.
"""
