"""人员、岗位、职责、任岗; logins and their sessions; what may be erased later."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=self.model.normalize_username(username or "").casefold())


class User(AbstractBaseUser):
    """登录: an account and nothing more; who someone is, is a Person."""

    username = models.CharField("用户名", max_length=60, unique=True)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("可用", default=True)
    opened_at = models.DateTimeField("开户时间")
    password_set_at = models.DateTimeField("密码设定时间", null=True)
    last_login = None

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_name_is_folded", condition=Q(username=Lower("username")))
        ]

    def __str__(self) -> str:
        return self.username


class Person(models.Model):
    """人员: someone of the school, with or without a login; left, never deleted."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    initials = models.CharField("拼音首字母", max_length=20, blank=True, editable=False)
    phone = models.CharField("电话", max_length=20, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="person",
        verbose_name="登录",
    )
    joined_on = models.DateField("到岗日期", null=True, blank=True)
    left_on = models.DateField("离岗日期", null=True, blank=True)
    built_in = models.BooleanField("内置", default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="built_in_person_has_no_login", condition=Q(built_in=False) | Q(user=None)
            )
        ]

    def __str__(self) -> str:
        return self.name

    def search_words(self) -> str:
        return f"{self.name} {self.initials} {self.code}"


class Post(models.Model):
    """岗位: what the school needs someone for."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("岗位", max_length=40)
    rank = models.PositiveSmallIntegerField("次序", default=100)

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """职责: one line of a post until it is ended; rules ask for its `code`, people read its text."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="duties", verbose_name="岗位")
    code = models.SlugField("代码", max_length=40)
    text = models.CharField("职责", max_length=200)
    frequency = models.CharField("频次", max_length=40, blank=True)
    record = models.CharField("记录", max_length=60, blank=True)
    indicator = models.CharField("考核指标", max_length=40, blank=True)
    ended_at = models.DateTimeField("停止时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "code"], condition=Q(ended_at=None), name="duty_once_a_post"
            )
        ]
        indexes = [models.Index(fields=["code"], name="duty_code")]

    def __str__(self) -> str:
        return self.text


class Holding(models.Model):
    """任岗: a person in a post from a date to a date, in charge (A角) or as stand-in (B角)."""

    A, B = "first_stand", "stand_in"

    person = models.ForeignKey(Person, models.PROTECT, related_name="holdings", verbose_name="人员")
    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings", verbose_name="岗位")
    stand = models.CharField("A/B角", max_length=12, choices=[(A, "A角"), (B, "B角")], default=A)
    from_on = models.DateField("任岗日期")
    to_on = models.DateField("离任日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="holding_runs_forward", condition=Q(to_on=None) | Q(from_on__lte=F("to_on"))
            ),
            models.UniqueConstraint(
                fields=["person", "post"], condition=Q(to_on=None), name="one_open_holding_of_a_post"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.post}"


class Group(models.Model):
    """小组: a team or committee: 民主理财小组, 验收小组."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("小组", max_length=40)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """组员: a person in a group from a date to a date."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships", verbose_name="小组")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="人员")
    from_on = models.DateField("入组日期")
    to_on = models.DateField("出组日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "person"], condition=Q(to_on=None), name="member_once")
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.person}"


class LoginSession(models.Model):
    """登录记录: one device logged in; can be listed and ended. `key` is a hash of what the cookie says."""

    key = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="login_sessions")
    device = models.CharField("设备", max_length=120, blank=True)
    network = models.CharField("网段", max_length=40, blank=True)
    shared = models.BooleanField("公用电脑", default=False)
    started_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近使用")
    expires_at = models.DateTimeField("到期")
    ended_at = models.DateTimeField("退出时间", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "ended_at"], name="session_open")]

    def __str__(self) -> str:
        return f"{self.user} {self.device}"


class LoginLink(models.Model):
    """一次性链接: how someone gets a first password; the token itself is kept as a hash only."""

    token = ""  # no field: the link itself, on the one object of whoever has just made it

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="login_links")
    made_at = models.DateTimeField("发出时间")
    expires_at = models.DateTimeField("到期")
    used_at = models.DateTimeField("用掉时间", null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"


class ApiToken(models.Model):
    """接口令牌: lets a program act as one person; kept as a hash, known again by how it begins.

    `scopes` narrow what the person may do ("repairs.read", "repairs.write"); they never widen it.
    """

    token = ""  # no field: the token itself, on the one object of whoever has just issued it

    person = models.ForeignKey(Person, models.PROTECT, related_name="api_tokens", verbose_name="人员")
    name = models.CharField("用在哪里", max_length=40)
    head = models.CharField("开头", max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField("范围", default=list)
    issued_at = models.DateTimeField("发出时间")
    expires_at = models.DateTimeField("到期")
    used_at = models.DateTimeField("最近使用", null=True, blank=True)
    withdrawn_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "expires_at"], condition=Q(withdrawn_at=None), name="api_token_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.head}…"


class SecondFactor(models.Model):
    """两步验证: the secret that a phone's authenticator shares with a login,
    encrypted with a key outside the database.

    `counter` is the last half-minute whose code was used: a code works once.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="second_factors")
    secret = models.CharField(max_length=200)
    counter = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField("启用时间")
    closed_at = models.DateTimeField("取消时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(closed_at=None), name="one_second_factor"),
            models.CheckConstraint(name="closed_factor_is_empty", condition=Q(closed_at=None) | Q(secret="")),
        ]

    def __str__(self) -> str:
        return f"{self.user}"


class SpareCode(models.Model):
    """备用码: lets in once when the phone is not at hand; kept as a keyed hash only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="spare_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField("用掉时间", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="spare_code_once")]

    def __str__(self) -> str:
        return f"{self.user}"


class OutsideLogin(models.Model):
    """外部登录: a service whose word lets somebody in whom the house already knows. Off until switched on.

    `address` is the issuer of OIDC; of the others it is filled only where the school runs the service itself.
    Neither it nor `client_id` ever changes: another would speak for the same accounts. The secret is sealed.
    """

    OIDC, WECOM, DINGTALK, FEISHU = "oidc", "wecom", "dingtalk", "feishu"
    KINDS = [(WECOM, "企业微信"), (DINGTALK, "钉钉"), (FEISHU, "飞书"), (OIDC, "统一身份认证（OIDC）")]

    kind = models.CharField("种类", max_length=10, choices=KINDS)
    name = models.CharField("名称", max_length=20)
    address = models.CharField("地址", max_length=200, blank=True)
    client_id = models.CharField("应用编号", max_length=200)
    agent = models.CharField("AgentId", max_length=20, blank=True)
    secret = models.TextField(editable=False)
    active = models.BooleanField("启用", default=False)
    last_answer = models.CharField(max_length=120, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class OutsideAccount(models.Model):
    """外部账号: whom a service calls `subject` is this person, until the link is undone."""

    login = models.ForeignKey(OutsideLogin, models.PROTECT, related_name="accounts", verbose_name="外部登录")
    person = models.ForeignKey(Person, models.PROTECT, related_name="outside_accounts", verbose_name="人员")
    subject = models.CharField("那边的编号", max_length=255)
    linked_at = models.DateTimeField("关联时间")
    used_at = models.DateTimeField("最近使用", null=True, blank=True)
    unlinked_at = models.DateTimeField("解除时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["login", "subject"],
                condition=Q(unlinked_at=None),
                name="outside_account_is_one_person",
            ),
            models.UniqueConstraint(
                fields=["login", "person"],
                condition=Q(unlinked_at=None),
                name="person_has_one_outside_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.login} {self.subject}"


class PersonalDetail(models.Model):
    """可清除的个人信息: a visitor's name or phone, beside its row; erased when no longer needed.

    Events and changes keep only the keyed hash of the value.
    """

    kind = models.CharField(max_length=60)
    key = models.BigIntegerField()
    field = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    kept_until = models.DateField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "field"], name="personal_detail_once"),
            models.CheckConstraint(name="erased_detail_is_empty", condition=Q(erased_at=None) | Q(value="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.field}"


class ListChoice(models.Model):
    """查法: how one person likes to see a list: its columns (unnamed), or conditions kept under a name.
    No fact of the house."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="list_choices", verbose_name="人员")
    register = models.CharField("台账", max_length=60)
    name = models.CharField("名称", max_length=20, blank=True)
    columns = models.JSONField("列", default=list)
    query = models.CharField("条件", max_length=600, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "register", "name"], name="list_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.name}"
