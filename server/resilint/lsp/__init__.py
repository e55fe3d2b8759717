"""The language server: an editor's window on what `check` finds.

`server.py` holds the conversation's state, `features.py` and `life.py` its handlers, `analysis.py` the
child process that does all reading of code (`child.py`, `desk.py`, `answers.py`), `translate.py` the
way between offsets and the protocol's words.
"""
