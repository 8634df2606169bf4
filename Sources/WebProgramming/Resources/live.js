// Keeps a page that shows how things stand up to date. Without it, the page shows how they stood when it was loaded.
"use strict";
(() => {
  const source = document.body.dataset.live;
  if (!source || !window.EventSource) return;
  const policy = window.trustedTypes
    ? window.trustedTypes.createPolicy("phoneprov", { createHTML: (text) => text })
    : { createHTML: (text) => text };
  const announce = document.getElementById("announce");
  let first = true;

  // What was open stays open, and what had the focus keeps it.
  const replace = (id, html) => {
    const old = document.getElementById(id);
    if (!old) return;
    const fresh = new DOMParser().parseFromString(policy.createHTML(html), "text/html").getElementById(id);
    if (!fresh || fresh.isEqualNode(old)) return;
    for (const open of old.querySelectorAll("details[open]")) {
      const same = open.id && fresh.querySelector("#" + CSS.escape(open.id));
      if (same) same.open = true;
    }
    if (fresh.isEqualNode(old)) return;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const place = focused ? Array.from(old.querySelectorAll("a, button, summary, input")).indexOf(focused) : -1;
    const said = old.dataset.announce;
    old.replaceWith(fresh);
    if (place >= 0) fresh.querySelectorAll("a, button, summary, input")[place]?.focus({ preventScroll: true });
    if (!first && fresh.dataset.announce && fresh.dataset.announce !== said) announce.textContent = fresh.dataset.announce;
  };

  const events = new EventSource(source);
  events.addEventListener("part", (event) => {
    const part = JSON.parse(event.data);
    replace(part.id, part.html);
    document.documentElement.dataset.liveState = "on";
    first = false;
  });
  events.addEventListener("error", () => { document.documentElement.dataset.liveState = "off"; });
})();
