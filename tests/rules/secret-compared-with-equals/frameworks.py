import functools, os
from django.conf import settings
from django.http import HttpResponseForbidden, JsonResponse, Http404
from django.views.decorators.csrf import csrf_exempt
from django.views import View
from flask import request, abort
from http.server import BaseHTTPRequestHandler
import requests

def require_key(view):
    @functools.wraps(view)
    def inner(*args, **kwargs):
        if request.headers.get("X-API-KEY") != os.environ.get("API_KEY"):  # finds: secret-compared-with-equals
            abort(401)
        return view(*args, **kwargs)
    return inner

@csrf_exempt
def hook(request):
    if request.META.get("HTTP_X_HOOK_TOKEN") != settings.HOOK_TOKEN:  # finds: secret-compared-with-equals
        return HttpResponseForbidden()
    return JsonResponse({})

class Hook(View):
    def post(self, request, secret):
        if secret != settings.HOOK_SECRET:  # finds: secret-compared-with-equals
            raise Http404
        return JsonResponse({})

class H(BaseHTTPRequestHandler):
    def do_POST(self):
        token = self.headers.get("X-Token")
        if token != self.server.token:  # finds: secret-compared-with-equals
            self.send_response(401)
            self.end_headers()
            return
        self.send_response(200)

def lambda_handler(event, context):
    if event["headers"].get("x-api-key") != os.environ["API_KEY"]:  # finds: secret-compared-with-equals
        return {"statusCode": 403}
    return {"statusCode": 200}

def verify():
    mode = request.args.get("hub.mode")
    token = request.args.get("hub.verify_token")
    if mode == "subscribe" and token == VERIFY_TOKEN:  # finds: secret-compared-with-equals
        return request.args["hub.challenge"], 200
    return "no", 403

def changed(request, user):
    if request.POST["password"] == user.password:
        return user
    user.password = request.POST["password"]
    user.save()
    return user

def refresh(session):
    token = requests.post("https://x/token", timeout=3).json()["access_token"]
    if token != session.token:
        session.token = token

def expired(r, token, cache):
    if r.status_code == 401 and token == cache.token:
        raise PermissionError("token")

def loop():
    given = request.headers.get("X-Api-Key")
    for key in KEYS:
        if given == key.secret:  # finds: secret-compared-with-equals
            return key
    abort(401)


from flask import abort, request as asked  # noqa: E402

REBUILD_TOKEN = "from the settings".title()


def rebuild():
    scheme, _, given = asked.headers.get("Authorization", "").partition(" ")
    if given != REBUILD_TOKEN:  # finds: secret-compared-with-equals
        abort(403)
