from celery import Celery, chain, group
from django.db import transaction

app = Celery("shop", broker="redis://queue/1")


@app.task
def letter(number):
    print(number)


@transaction.atomic
def order(number):
    chain(letter.si(number), letter.si(number)).delay()  # finds: enqueue-in-transaction


@transaction.atomic
def orders(numbers):
    work = group(letter.s(number) for number in numbers)
    work.apply_async(countdown=4)  # finds: enqueue-in-transaction


@transaction.atomic
def later(number):
    work = chain(letter.si(number), letter.si(number))
    transaction.on_commit(work.delay)


def outside(number):
    chain(letter.si(number), letter.si(number)).delay()
