"""Groups of postings in the admin: split and put back."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from tests.control.crawled import crawled

if TYPE_CHECKING:
    from django.test import Client

MEMBERS = "/admin/results/postinggroupmember/"


def act(client: Client, name: str, member: Any) -> str:
    answer = client.post(MEMBERS, {"action": name, "_selected_action": [member.pk]}, follow=True)
    member.refresh_from_db()
    return answer.content.decode()


def test_a_group_leads_to_its_postings(client: Client) -> None:
    rows = crawled(1, 2)
    group = rows["results/postinggroup"]
    shown = client.get(f"/admin/results/postinggroup/{group.pk}/change/").content.decode()
    (address,) = re.findall(rf'href="({MEMBERS}\?[^"]+)"', shown)
    listed = client.get(unescape(address)).content.decode()

    assert "Baker &lt;b&gt;2&lt;/b&gt;" in listed
    assert "Baker &lt;b&gt;1&lt;/b&gt;" not in listed


def test_a_member_is_split_off_and_put_back(client: Client) -> None:
    member: Any = crawled()["results/postinggroupmember"]

    assert "1 taken out of their groups." in act(client, "split", member)
    assert member.split_at is not None
    assert "0 taken out of their groups." in act(client, "split", member)
    assert "1 put back." in act(client, "undo", member)
    assert (member.split_at, member.rule, member.score) == (None, "text", 0.98)


def test_who_may_only_look_splits_nothing(undone: None) -> None:
    from django.contrib.auth.models import Permission, User  # noqa: PLC0415 - needs Django to be set up
    from django.test import Client  # noqa: PLC0415 - needs Django to be set up

    member: Any = crawled()["results/postinggroupmember"]
    user = User.objects.create(username="eve", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_postinggroupmember"))
    browser = Client()
    browser.force_login(user)
    act(browser, "split", member)

    assert member.split_at is None
    assert "split" not in re.findall(r'<option value="(\w+)"', browser.get(MEMBERS).content.decode())
