"""`houqin user`: the address in the links, and a lost phone. Seen to fail with the address not remembered."""

import pytest

from houqin.config import address, folder
from tests.command import FOUND, houqin, script

pytestmark = pytest.mark.sqlite  # its schools are SQLite ones, whatever engine the stage is on

FACTOR = """
import django; django.setup()
from django.utils import timezone
from houqin.config.founding import system_act
from houqin.kernel.people import factors
from houqin.kernel.people.actions import factors as writes
from houqin.kernel.people.models import User
secret, act = writes.new_secret(), system_act()
code = factors.code_at(secret, int(act.at.timestamp()) // 30)
writes.open_factor(User.objects.get(username="admin"), secret=secret, code=code, act=act)
"""


def test_a_link_leads_to_where_the_house_last_stood(tmp_path):
    data = tmp_path / "var"
    folder.make_ready(data)
    script(data, FOUND)
    address.remember(data, "http://192.168.1.9:8000")
    link = houqin(data, "user", "link", "admin").out.splitlines()[-1]
    named = houqin(data, "user", "link", "admin", HOUQIN_URL="https://hq.school.example").out.splitlines()[-1]
    assert link.startswith("http://192.168.1.9:8000/first/")
    assert named.startswith("https://hq.school.example/first/")


def test_without_a_start_it_is_this_machine(tmp_path):
    assert address.remembered(tmp_path) == "http://127.0.0.1:8000"


def test_a_lost_phone_at_the_machine(tmp_path):
    data = tmp_path / "var"
    folder.make_ready(data)
    script(data, FOUND)
    none = houqin(data, "user", "factor", "admin", "--reset")
    assert (none.code, none.err) == (2, "系统管理员没有启用两步验证，没有什么可重置。")
    script(data, FACTOR)
    assert houqin(data, "user", "factor", "admin").out == "系统管理员启用了两步验证。"
    assert (
        houqin(data, "user", "factor", "admin", "--reset").out
        == "系统管理员的两步验证取消了，登录中的设备已经退出。"
    )
    assert houqin(data, "user", "factor", "admin").out == "系统管理员没有启用两步验证。"
