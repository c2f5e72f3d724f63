"""Nginx configurations as a whole: what is missing, what stands in several files, and work that has no end.

That the rules agree with a real nginx is the matter of `tests/facts/nginx/test_nginx_oracle.py`.
"""

from collections.abc import Mapping
from time import process_time

import pytest

from policygate.facts import run_reader
from policygate.facts.files import Files
from policygate.facts.link.nginx_sites import link
from policygate.facts.model import FileFacts, Network
from policygate.facts.model_nginx import Nginx
from policygate.facts.own import Surroundings, guess_own
from policygate.facts.syntax.budget import TooLargeError


def linked(content: Mapping[str, str]) -> Nginx:
    """What all files mean that no other one takes in."""
    files = {name: text.encode() for name, text in content.items()}
    read = {path: run_reader("nginx", path, data, Files(sorted(files), files.get)) for path, data in files.items()}
    inside = {path for facts in read.values() for path in facts.followed}
    nginx = [file for path, facts in read.items() if path not in inside for file in facts.nginx]
    return link(FileFacts(nginx=nginx), Surroundings(guess_own(FileFacts())), Network()).nginx


def server(inside: str) -> Nginx:
    return linked({"nginx.conf": f"http {{ server {{\n{inside}\n}} }}"})


INTERNAL = "location /internal/ { deny all; proxy_pass http://a; }\n"


def test_a_file_that_is_not_here_may_protect() -> None:
    for include, undecided in (("include acl.conf;", True), ("include ssl-params.conf;", False), ("", False)):
        nginx = server(f"location /internal/ {{ proxy_pass http://a; {include} }}")
        assert [each.undecided for each in nginx.locations] == [undecided]
        nginx = server(f"{include} location /internal/ {{ allow 10.0.0.0/8; {include} }}")
        assert [each.undecided for each in nginx.accesses] == [undecided]
        nginx = server(f"{INTERNAL} location ~ x$ {{ proxy_pass http://a; {include} }}")
        assert (len(nginx.shadows), len(nginx.undecided)) == ((0, 1) if undecided else (1, 0))
        nginx = server(f"{include} location / {{ set $a b.acme.example; proxy_pass http://$a; }}")
        assert [each.unresolvable for each in nginx.proxies] == [not undecided]


def test_what_is_asked_for_a_part_is_assumed() -> None:
    part = "server { location / { set $a b.acme.example; proxy_pass http://$a; } }"
    (proxy,) = linked({"conf.d/a.conf": part}).proxies
    assert (proxy.host, proxy.unresolvable) == ("b.acme.example", True)
    assert proxy.assumes == ["no `resolver` is set in what includes `conf.d/a.conf`"]
    (proxy,) = linked({"nginx.conf": f"http {{ include other/*.conf; {part} }}"}).proxies
    assert proxy.assumes == ["no `resolver` is set in `other/*.conf`"]
    (proxy,) = linked({"nginx.conf": f"http {{ {part} }}"}).proxies
    assert proxy.assumes == []


def test_groups_of_other_files_are_known() -> None:
    part = "server { location / { set $a group; proxy_pass http://$a; } }"
    group = "upstream group { server 10.0.0.1:80; server 192.0.2.1:80; }"
    (proxy,) = linked({"conf.d/a.conf": part, "conf.d/b.conf": group}).proxies
    assert (proxy.host, proxy.host_class, proxy.unresolvable) == ("group", "internal", False)
    assert [each.at.path for each in proxy.evidence] == ["conf.d/a.conf", "conf.d/b.conf", "conf.d/b.conf"]


def test_a_pattern_that_is_not_understood_is_told() -> None:
    nginx = server(f"{INTERNAL} location ~ (?=/)x$ {{ proxy_pass http://a; }}")
    assert (nginx.shadows, [each.by for each in nginx.undecided]) == ([], ["~ (?=/)x$"])
    nginx = server("location ^~ /internal/ { deny all; } location ~ (?=/)x$ { proxy_pass http://a; }")
    assert nginx.undecided == []
    nginx = server(f"{INTERNAL} location ~ x$ {{ proxy_pass http://a; }} location ~ (?=/)x$ {{ return 404; }}")
    assert (len(nginx.shadows), nginx.undecided) == (1, [])
    nginx = server(f"{INTERNAL} location ~ (?=/)x$ {{ return 404; }} location ~ x$ {{ proxy_pass http://a; }}")
    assert (nginx.shadows, nginx.undecided) == ([], [])


def test_locations_without_their_server_say_only_what_is_sure() -> None:
    part = f"{INTERNAL} location ~ x$ {{ proxy_pass http://a; }} location /y {{ deny all; return 200 x; }}"
    nginx = linked({"snippets/locations.conf": part})
    assert (nginx.servers, nginx.shadows) == ([], [])
    assert {each.undecided for each in nginx.locations} == {True}
    assert [(each.server, each.location) for each in nginx.bypasses] == [("snippets/locations.conf", "/y")]
    in_place = {"snippets/locations.conf": part, "nginx.conf": "http { server { include snippets/*.conf; } }"}
    nginx = linked(in_place)
    assert [(each.server, each.at.path) for each in nginx.shadows] == [("80", "snippets/locations.conf")]
    assert [each.server for each in nginx.bypasses] == ["80"]


def test_servers_are_called_by_name_or_by_where_they_listen() -> None:
    text = "http { server { listen 8080; server_name _; } server { server_name '' a.acme.example; } server { } }"
    assert [each.name for each in linked({"nginx.conf": text}).servers] == ["8080", "a.acme.example", "80"]


LISTENS = {
    "80": ("public", 80),
    "*:8080": ("public", 8080),
    "0.0.0.0:80": ("public", 80),
    "[::]:80": ("public", 80),
    "127.0.0.1:80": ("loopback", 80),
    "127.0.0.1": ("loopback", 80),
    "localhost:81": ("loopback", 81),
    "[::1]:80": ("loopback", 80),
    "unix:/run/a.sock": ("loopback", 0),
    "10.0.0.1:80": ("internal", 80),
    "192.168.1.1:80 ssl": ("internal", 80),
    "${PORT}": ("public", 0),
    "8.8.8.8:443": ("public", 443),
}


def test_plain_listeners_are_those_that_strangers_reach() -> None:
    for written, (reach, port) in LISTENS.items():
        nginx = server(f"listen {written}; location / {{ proxy_pass http://a; }}")
        plain = [(each.reach, each.port) for each in nginx.servers[0].plain]
        assert plain == ([(reach, port)] if reach == "public" else []), written
        assert [each.public for each in nginx.locations] == [reach == "public"], written


def test_a_site_that_has_tls_elsewhere_or_before() -> None:
    plain = "server { listen 80; server_name a.acme.example; location / { proxy_pass http://a; MORE } }"
    with_tls = "server { listen 443 ssl; server_name a.acme.example; }"
    said = {
        "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;": True,
        "proxy_set_header X-Forwarded-Proto https;": True,
        "proxy_set_header X-Forwarded-Proto $scheme;": False,
        "if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; }": True,
    }
    for more, in_front in said.items():
        first, second = linked({"a.conf.template": plain.replace("MORE", more) + with_tls}).servers
        assert (first.tls, first.tls_in_front, second.tls_in_front) == (True, in_front, False), more
    assert [
        each.tls for each in linked({"nginx/a.conf": plain.replace("MORE", ""), "nginx/b.conf": with_tls}).servers
    ] == [
        True,
        True,
    ]


def test_a_directive_in_an_included_file_counts_once() -> None:
    files = {
        "nginx.conf": "http { server { server_name a; include acl; } server { server_name b; include acl; } }",
        "acl": "allow 10.0.0.0/8;",
    }
    nginx = linked(files)
    assert [(each.server, each.at.path) for each in nginx.accesses] == [("b", "acl")]


def test_no_password_gets_into_the_facts() -> None:
    nginx = server(
        'set $token "hunter2"; location / { proxy_pass http://robot:hunter2@a.acme.example$request_uri;'
        ' proxy_set_header Authorization "Basic hunter2"; if ($http_x_token = "hunter2") { return 200 hunter2; } }'
    )
    assert len(nginx.proxies) == len(nginx.conditions) == 1
    assert "hunter2" not in nginx.model_dump_json()


LARGE = {
    "locations": "".join(f"location /a{n}/ {{ deny all; }} location ~ x{n}\\.php$ {{ root /x; }}\n" for n in range(80)),
    "folders": "".join(f"location /a{n}/ {{ alias /x/a{n}/; }}\n" for n in range(1_000)),
    "error pages": "".join(f"error_page 403 @x{n}; location @x{n} {{ root /y; }}\n" for n in range(500)),
    "rules": "location / { "
    + "".join(f"allow 10.{n // 250}.{n % 250}.1; deny 192.0.2.1;\n" for n in range(2_000))
    + "}",
    "conditions": "".join(f"set $a{n} $a{n + 1}; if ($a{n} = x) {{ return 403; }}\n" for n in range(250)),
    "values": "".join(f"set $a{n} $a{n + 1}$a{n + 1};\n" for n in range(99)) + "location / { proxy_pass http://$a0; }",
}


@pytest.mark.parametrize("name", LARGE)
def test_large_configurations_are_linked_in_time(name: str) -> None:
    began = process_time()
    assert server(LARGE[name]).servers
    assert process_time() - began < 4


def test_work_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policygate.facts.link.nginx_sites._WORK", 500_000)
    first = "location ~ php$ { deny all; }\n"
    pairs = (f"location /a{n}/ {{ deny all; }} location ~ x{n}\\.php$ {{ root /x; }}\n" for n in range(300))
    began = process_time()
    with pytest.raises(TooLargeError):
        server(first + "".join(pairs))
    assert process_time() - began < 5
