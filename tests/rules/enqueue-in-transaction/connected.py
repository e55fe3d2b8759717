"""Handlers that are connected to a signal by a call, and send tasks of various libraries."""

import dramatiq
from celery import shared_task
from django.db import transaction
from django.db.models import signals

from billing.models import Invoice


@dramatiq.actor
def forward(invoice_id):
    Invoice.objects.get(pk=invoice_id).forward()


@shared_task
def remind(invoice_id):
    Invoice.objects.get(pk=invoice_id).remind()


def saved(sender, instance, **kwargs):
    forward.send(instance.pk)  # finds: enqueue-in-transaction


def paid(sender, instance, **kwargs):
    remind.delay(instance.pk)  # finds: enqueue-in-transaction


def after_commit(sender, instance, **kwargs):
    transaction.on_commit(lambda: forward.send(instance.pk))


def not_connected(sender, instance, **kwargs):
    forward.send(instance.pk)


signals.post_save.connect(saved, sender=Invoice)
signals.post_save.connect(receiver=paid, sender=Invoice)
signals.post_save.connect(after_commit, sender=Invoice)
signals.post_delete.connect(not_connected, sender=Invoice)
