"""Clients that are made in the handlers of many frameworks, and in functions that nothing calls again and again."""

import httpx
import tornado.web
from aiohttp import web
from arq import cron
from celery import Celery
from django.core.management.base import BaseCommand
from fastapi import APIRouter
from flask import Flask
from flask.views import MethodView
from rest_framework.decorators import api_view
from rest_framework.views import APIView
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Route

routes = web.RouteTableDef()
router = APIRouter()
celery = Celery()
app = Flask(__name__)


class Page(tornado.web.RequestHandler):
    def get(self):
        client = httpx.Client(timeout=5)  # finds: client-per-call
        self.write(client.get("https://a.example.com").raise_for_status().text)

    def helper(self):
        client = httpx.Client(timeout=5)
        return client.get("https://a.example.com").raise_for_status().text


class Own(APIView):
    pass


class Orders(Own):
    def post(self, request):
        client = httpx.Client(timeout=5)  # finds: client-per-call
        return client.get("https://a.example.com").raise_for_status().json()


class Names(MethodView):
    def get(self):
        client = httpx.Client(timeout=5)  # finds: client-per-call
        return client.get("https://a.example.com").raise_for_status().text


class Point(HTTPEndpoint):
    def get(self, request):
        client = httpx.Client(timeout=5)  # finds: client-per-call
        return client.get("https://a.example.com").raise_for_status().text


@api_view(["GET"])
def listed(request):
    client = httpx.Client(timeout=5)  # finds: client-per-call
    return client.get("https://a.example.com").raise_for_status().json()


@routes.get("/a")
def table(request):
    client = httpx.Client(timeout=5)  # finds: client-per-call
    return client.get("https://a.example.com").raise_for_status().json()


@router.get("/a")
def routed():
    client = httpx.Client(timeout=5)  # finds: client-per-call
    return client.get("https://a.example.com").raise_for_status().json()


@celery.task
def task():
    client = httpx.Client(timeout=5)  # finds: client-per-call
    return client.get("https://a.example.com").raise_for_status().json()


def endpoint(request):
    client = httpx.Client(timeout=5)  # finds: client-per-call
    return client.get("https://a.example.com").raise_for_status().json()


def view():
    client = httpx.Client(timeout=5)  # finds: client-per-call
    return client.get("https://a.example.com").raise_for_status().text


def hourly(ctx):
    client = httpx.Client(timeout=5)  # finds: client-per-call
    return client.get("https://a.example.com").raise_for_status().text


def handler_of_aiohttp(request):
    client = httpx.Client(timeout=5)  # finds: client-per-call
    return client.get("https://a.example.com").raise_for_status().text


TABLE = [Route("/a", endpoint)]


class WorkerSettings:
    cron_jobs = [cron(hourly, hour=1)]


def setup(application):
    app.add_url_rule("/v", view_func=view)
    application.router.add_get("/h", handler_of_aiohttp)
    application.router.add_get("/n", named("not_routed"))


class Command(BaseCommand):
    def handle(self, *args, **options):
        client = httpx.Client(timeout=5)
        self.stdout.write(client.get("https://a.example.com").raise_for_status().text)


def not_routed():
    client = httpx.Client(timeout=5)
    return client.get("https://a.example.com").raise_for_status().text


def called_by_a_view():
    client = httpx.Client(timeout=5)
    return client.get("https://a.example.com").raise_for_status().text


ONCE = called_by_a_view()
