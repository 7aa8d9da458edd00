"""The order's own journal: written once, hash-chained, its leaves sealed by the minute (engine.md section 5)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class OrderEvent(models.Model):
    """One step taken. The hash covers the stored bytes of every other column and of the event before."""

    pk = models.CompositePrimaryKey("order_id", "seq")
    order_id = models.BigIntegerField()
    seq = models.IntegerField()
    step = models.CharField(max_length=24)
    person = models.BigIntegerField()
    unit = models.BigIntegerField()
    post = models.BigIntegerField(null=True)
    rank = models.PositiveSmallIntegerField()
    from_unit = models.BigIntegerField()
    to_unit = models.BigIntegerField()
    state = models.CharField(max_length=20)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.TextField()
    prev = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.order_id}/{self.seq} {self.step}"


class OrderLeaf(models.Model):
    """One leaf of the Merkle seals: the hash of an event, and the number of the seal that holds it."""

    pk = models.CompositePrimaryKey("order_id", "seq")
    order_id = models.BigIntegerField()
    seq = models.IntegerField()
    hash = models.BinaryField(max_length=32)
    seal = models.IntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["order_id"], condition=Q(seal__isnull=True), name="leaf_unsealed"),
            models.Index(fields=["seal"], condition=Q(seal__isnull=False), name="leaf_by_seal"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.seq}"
