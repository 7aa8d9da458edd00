"""Accounts, tokens, roles and what keeps a request from happening twice (C2, U29)."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from townops.base.permissions import RoleRows


class Accounts(BaseUserManager["Account"]):
    """Rows only; rules for passwords are in `townops.base.accounts`."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)


class Account(AbstractBaseUser):
    """One person's door. What the person may do comes from posts and roles, never from here."""

    username = models.CharField("用户名", max_length=64, unique=True)
    display_name = models.CharField("显示名", max_length=64, default="", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须修改密码", default=False)
    password_changed_at = models.DateTimeField("密码修改时间", default=timezone.now)
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.username


class PasswordHistory(models.Model):
    """Hashes of former passwords, so that the last five are not used again."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    password = models.CharField(max_length=256)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = "历史密码"
        indexes = (models.Index(fields=["account", "-set_at"], name="base_password_recent"),)

    def __str__(self) -> str:
        return f"{self.account_id} {self.set_at}"


class FailedSignIn(models.Model):
    """One wrong password; five within half an hour lock the name.

    `username` is a keyed hash: people mistype secrets there.
    """

    username = models.CharField(max_length=64)
    address = models.CharField(max_length=64, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "登录失败"
        indexes = (models.Index(fields=["username", "at"], name="base_failed_recent"),)

    def __str__(self) -> str:
        return f"{self.username} {self.at}"


class ApiToken(models.Model):
    """A machine's bearer token. Only its digest is kept; the token itself is shown once."""

    digest = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="账号")
    label = models.CharField("用途", max_length=100, default="", blank=True)
    created_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("到期时间")
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)

    class Meta:
        verbose_name = "接口令牌"

    def __str__(self) -> str:
        return f"{self.account_id} {self.label}"


class SecondFactor(models.Model):
    """The secret an account shares with its owner's phone, sealed. Counts only once a code of it was typed."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="+")
    secret = models.BinaryField()
    confirmed_at = models.DateTimeField("启用时间", null=True, blank=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "动态验证码"

    def __str__(self) -> str:
        return f"{self.account_id}"


class RecoveryCode(models.Model):
    """A code on paper for whoever lost the phone: once, and only its keyed hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "恢复码"
        constraints = (models.UniqueConstraint(fields=["account", "digest"], name="base_recovery_code_once"),)

    def __str__(self) -> str:
        return f"{self.account_id}"


class Role(models.Model):
    """A named set of permissions; posts carry roles."""

    code = models.CharField("代码", max_length=64, unique=True)
    name = models.CharField("名称", max_length=64)
    second_factor = models.BooleanField("须动态验证码", default=False)

    objects = RoleRows.as_manager()

    class Meta:
        verbose_name = "角色"

    def __str__(self) -> str:
        return self.code


class RolePermission(models.Model):
    """One permission of one role, by the code declared in some context's access.py."""

    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="permissions", verbose_name="角色")
    permission = models.CharField("权限", max_length=100)

    objects = RoleRows.as_manager()

    class Meta:
        verbose_name = "角色权限"
        constraints = (
            models.UniqueConstraint(fields=["role", "permission"], name="base_role_permission_once"),
        )

    def __str__(self) -> str:
        return f"{self.role_id} {self.permission}"


class IdempotencyKey(models.Model):
    """A request already answered: the same actor, key and body get the stored answer for seven days (engine
    7).
    """

    actor = models.BigIntegerField()
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "幂等键"
        constraints = (models.UniqueConstraint(fields=["actor", "key"], name="base_idempotency_once"),)

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"
