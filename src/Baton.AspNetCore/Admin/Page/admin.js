// Follows the service: puts in the sections that the service sends, and asks it to do what was confirmed.
"use strict";
(() => {
  const below = document.body.dataset.below;
  const $ = (id) => document.getElementById(id);
  document.documentElement.classList.add("scripted");

  // --- Sections -------------------------------------------------------------------------------------------------

  const key = (node) => (node.nodeType === Node.ELEMENT_NODE && node.id) || null;

  /** Changes only what differs, so that focus, selection, scrolling and what is open stay as they are. */
  function change(from, to) {
    let old = from.firstChild;
    for (const wanted of [...to.childNodes]) {
      const known = key(wanted) && [...from.children].find((child) => child.id === wanted.id);
      if (known && known !== old) {
        from.insertBefore(known, old);
        old = known;
      }
      const same = old && old.nodeType === wanted.nodeType && old.nodeName === wanted.nodeName && key(old) === key(wanted);
      if (!same) {
        from.insertBefore(wanted, old);
        continue;
      }
      if (old.nodeType === Node.TEXT_NODE) {
        if (old.data !== wanted.data) old.data = wanted.data;
      } else if (old.nodeType === Node.ELEMENT_NODE) {
        changeAttributes(old, wanted);
        change(old, wanted);
      }
      old = old.nextSibling;
    }
    while (old) {
      const next = old.nextSibling;
      old.remove();
      old = next;
    }
  }

  function changeAttributes(from, to) {
    // What the reader has opened is the reader's.
    for (const { name } of [...from.attributes]) if (name !== "open" && !to.hasAttribute(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }

  function show(sections) {
    const before = served();
    for (const [id, html] of Object.entries(sections)) {
      const holder = $(id);
      const template = document.createElement("template");
      template.innerHTML = html;
      if (holder) change(holder, template.content);
    }
    const now = served();
    offset = Date.parse(now.now) - Date.now();
    document.title = now.title;
    if (now.title !== before.title || now.pid !== before.pid) $("news").textContent = `${now.title}, process ${now.pid}`;
    if (now.release !== release) reloadWhenIdle();
    tick();
  }

  const served = () => ({ ...document.querySelector("[data-pid]").dataset });
  const { release } = served();

  /** The successor has another version of this page. Once only: behind a balancer two versions may answer in turn. */
  function reloadWhenIdle() {
    if (asking || document.querySelector("dialog[open]") || sessionStorage.batonReloadedFrom === release) return;
    sessionStorage.batonReloadedFrom = release;
    location.reload();
  }

  // --- Times ----------------------------------------------------------------------------------------------------

  let offset = Date.parse(served().now) - Date.now();

  /** As the service words it. */
  function words(ms) {
    const s = Math.max(ms, 0) / 1000;
    const two = (large, unit, small, smallUnit) => (small ? `${large} ${unit} ${small} ${smallUnit}` : `${large} ${unit}`);
    if (s < 1) return `${Math.round(s * 1000)} ms`;
    if (s < 10) return `${(Math.floor(s * 10) / 10).toFixed(1)} s`;
    if (s < 60) return `${Math.floor(s)} s`;
    if (s < 3600) return two(Math.floor(s / 60), "min", Math.floor(s % 60), "s");
    if (s < 86400) return two(Math.floor(s / 3600), "h", Math.floor((s % 3600) / 60), "min");
    return two(Math.floor(s / 86400), "d", Math.floor((s % 86400) / 3600), "h");
  }

  function tick() {
    const now = Date.now() + offset;
    for (const time of document.querySelectorAll("time[data-tick]")) {
      const at = Date.parse(time.dateTime);
      const text = { ago: `${words(now - at).split(" ").slice(0, 2).join(" ")} ago`, since: words(now - at), until: words(at - now) }[time.dataset.tick];
      if (time.firstChild.data !== text) time.firstChild.data = text;
    }
  }

  setInterval(tick, 1000);

  // --- The stream -----------------------------------------------------------------------------------------------

  const retryAfter = 1000;
  const longLoss = 3000;
  let events = null;
  let lostSince = null;

  function state(name, text) {
    $("stream").className = `stream ${name}`;
    if ($("stream-state").textContent !== text) $("stream-state").textContent = text;
  }

  function follow() {
    events = new EventSource(`${below}events?view=html`);
    events.addEventListener("view", (event) => {
      lostSince = null;
      document.documentElement.classList.remove("stale");
      show(JSON.parse(event.data).html);
      state("live", `Live from process ${served().pid}`);
    });
    events.onerror = () => {
      lostSince ??= Date.now();
      const long = Date.now() - lostSince > longLoss;
      state("lost", long ? "Nobody answers; trying again" : "Reconnecting");
      document.documentElement.classList.toggle("stale", long);
      // A refusal ends it for good, unlike a lost connection.
      if (events.readyState === EventSource.CLOSED) setTimeout(follow, retryAfter);
    };
  }

  // A page that is kept for "back" must not keep its connection.
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  follow();

  // --- Actions --------------------------------------------------------------------------------------------------

  let asking = null;
  const names = { restart: "Restart", rollback: "Roll back", confirm: "Confirmation", shutdown: "Shutdown", force: "Force" };

  /** What became of it, for eyes and screen readers. Text only: some of it is the successor's. */
  function say(look, title, detail, isBelow = false) {
    const result = $("result");
    const text = document.createElement("div");
    const head = document.createElement("strong");
    head.textContent = title;
    text.append(head);
    if (detail) {
      const more = document.createElement("p");
      more.dir = "auto";
      if (isBelow) more.className = "unseen";
      more.textContent = detail;
      text.append(more);
    }
    result.className = `result ${look}`;
    result.replaceChildren(text);
    if (asking) return;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Dismiss";
    close.addEventListener("click", () => result.replaceChildren());
    result.append(close);
  }

  async function ask(action, form) {
    const program = form.elements.program?.value.trim();
    asking = action;
    say("busy", `${names[action]} asked`, "The outcome follows here.");
    let outcome;
    try {
      const answer = await fetch(`${below}${action}`, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(program ? { program } : {}),
      });
      outcome = { ok: answer.ok, status: answer.status, ...(await answer.json()) };
    } catch {
      outcome = null;
    }
    asking = null;
    if (!outcome) say("busy", "The connection was lost before the outcome was known", "The page shows what holds now, as soon as somebody answers.");
    else if (outcome.ok) say("good", `${names[action]} done`, outcome.explanation);
    // What is recorded stands below, with all that is known of it.
    else say("bad", `${names[action]} failed: ${outcome.title ?? outcome.status}`, outcome.detail, Boolean(outcome.record));
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-dialog]");
    if (button) {
      const dialog = $(`${button.dataset.dialog}-dialog`);
      dialog.querySelector("form").reset();
      dialog.showModal();
    }
    if (target.closest("button[data-cancel]")) target.closest("dialog").close();
  });

  document.addEventListener("submit", ({ target }) => {
    if (target.dataset.action) ask(target.dataset.action, target);
  });
})();
