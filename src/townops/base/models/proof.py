"""What happened and the proof that nobody changed it since (engine 5)."""

from django.db import models


class JournalEntry(models.Model):
    """One row of a hash chain per (kind, key).

    `payload` is the exact text under the hash; columns repeat it for queries.
    """

    kind = models.CharField("对象类别", max_length=40)
    key = models.CharField("对象", max_length=64)
    seq = models.PositiveIntegerField("序号")
    action = models.CharField("动作", max_length=60)
    person = models.BigIntegerField("经办人")
    at = models.DateTimeField("时间", db_index=True)
    payload = models.TextField()
    hash = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    seal = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "日志"
        constraints = (models.UniqueConstraint(fields=["kind", "key", "seq"], name="base_journal_chain"),)
        indexes = (
            models.Index(fields=["id"], condition=models.Q(seal__isnull=True), name="base_journal_unsealed"),
            models.Index(fields=["person", "at"], name="base_journal_person"),
        )

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}#{self.seq} {self.action}"


class Seal(models.Model):
    """One sealing of leaves: count, Merkle root and a keyed hash over them and the seal before. Hex text."""

    chain = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    prev_mac = models.CharField(max_length=64)

    class Meta:
        verbose_name = "封存"
        constraints = (models.UniqueConstraint(fields=["chain", "number"], name="base_seal_number"),)

    def __str__(self) -> str:
        return f"{self.chain}#{self.number}"


class JournalLeaf(models.Model):
    """The head of one journal chain at the moment it was sealed; says which entry is gone when one is."""

    seal = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "日志封存叶"
        constraints = (models.UniqueConstraint(fields=["seal", "kind", "key"], name="base_leaf_once"),)

    def __str__(self) -> str:
        return f"{self.seal} {self.kind}/{self.key}#{self.seq}"
