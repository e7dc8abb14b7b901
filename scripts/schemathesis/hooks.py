"""Signs schemathesis in, and keeps the calls that sign out from ending its own session.

Read by scripts/schemathesis.sh through SCHEMATHESIS_HOOKS; it must not weaken any check.
"""

import os

import schemathesis

COOKIE = os.environ["JUNJO_COOKIE"]

# With the cookie these would end the session of every later call. They are called without one: answers 204 or 401.
SIGNS_OUT = {("POST", "/auth/logout"), ("DELETE", "/auth/sessions")}


@schemathesis.auth().apply_to(path_regex="^/")
class Session:
    """The admin that the script has registered."""

    def get(self, case, context):
        return COOKIE

    def set(self, case, data, context):
        if (case.method.upper(), case.path) not in SIGNS_OUT:
            case.headers = case.headers or {}
            case.headers["Cookie"] = data
