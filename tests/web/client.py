"""The site ``client-rendered``: pages that a script makes in the browser, among some that need none."""

from __future__ import annotations

import json

from tests.web.careers import posting
from tests.web.resource import Resource, Site, page, text

SHELL = Resource(
    b'<!doctype html><html lang="en"><head><title>Loading</title></head><body>'
    b"<noscript>You need to enable JavaScript to run this app.</noscript>"
    b'<div id="root"></div><script src="/static/app.js"></script></body></html>'
)
"""Every path of the application answers with the same bytes, as such sites do: even where a sitemap is looked for."""

APPLICATION = """
"use strict";
const root = document.getElementById("root");

function add(parent, name, text, attributes = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  Object.assign(element, attributes);
  parent.append(element);
}

async function careers() {
  const jobs = await (await fetch("/api/jobs.json")).json();
  document.title = "Careers";
  add(root, "h1", "Work with us");
  add(root, "img", "", {src: "/static/team.png"});
  for (const job of jobs) {
    add(document.head, "script", JSON.stringify(job), {type: "application/ld+json"});
    add(root, "p", job.title);
  }
  for (const path of ["/careers/how-to-apply", "/private/applications"]) {
    add(root, "a", path, {href: path});
  }
}

if (location.pathname === "/careers/") {
  careers();
} else if (location.pathname === "/old-app") {
  location.href = "/welcome";
} else {
  add(root, "h1", "There is no such page");
}
"""
SERVED = "<p>This page came whole from the server. Its script only counts its readers, and changes nothing in it.</p>"

CLIENT_RENDERED: Site = {
    "/robots.txt": text("User-agent: *\nDisallow: /private/\n"),
    "/sitemap.xml": SHELL,
    "/": page("Tideworks", "/about", "/press", "/careers/", "/old-app", "/moved", "/notes.txt"),
    "/about": page("About us", "/"),
    "/press": page("Press", "/", body=SERVED * 3 + '<div id="app"></div><script>window.readers = 1</script>'),
    "/moved": Resource(b"", status=302, headers={"Location": "/about"}),
    "/notes.txt": text("Plain notes.\n"),
    "/careers/": SHELL,
    "/careers/how-to-apply": page("How to apply", "/careers/"),
    "/old-app": SHELL,
    "/welcome": page("Welcome", "/"),
    "/private/applications": page("Applications"),
    "/static/app.js": text(APPLICATION, "text/javascript; charset=utf-8"),
    "/static/team.png": Resource(b"\x89PNG\r\n\x1a\n", "image/png"),
    "/api/jobs.json": text(json.dumps([posting("Tide analyst"), posting("Boat builder")]), "application/json"),
}
