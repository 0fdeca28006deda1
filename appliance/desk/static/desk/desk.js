/* The desk: wakes its parts when the server says so, and obeys the keyboard. */
const by = (id) => document.getElementById(id);
let source = null;
let watched = "";
let timer = 0;

const opened = () => by("case")?.dataset.conversation ?? "";

/* ---- live ---- */

function watch() {
  clearTimeout(timer);
  source?.close();
  watched = opened();
  source = new EventSource(`/api/v1/desk/events${watched ? `?conversation=${watched}` : ""}`);
  source.addEventListener("line", () => window.htmx.trigger(document.body, "line-changed"));
  source.addEventListener("conversation", (event) => {
    const now = JSON.parse(event.data);
    const { conversation, state, nextPlace } = by("case")?.dataset ?? {};
    if (now.id !== conversation) return;
    if (now.state === state && String(now.next_place) === nextPlace) return;
    window.htmx.trigger(document.body, "conversation-changed");
  });
  source.onopen = () => {
    by("live").hidden = true;
  };
  source.onerror = () => {
    lost();
    if (source.readyState === EventSource.CLOSED) timer = setTimeout(watch, 5000);
  };
}

function lost() {
  by("live").textContent = by("live").dataset.lost;
  by("live").hidden = false;
}

/* ---- a reply that is being written outlives the refresh of what is around it ---- */

let draft = null;
let sent = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "reply") sent = by("reply-text").value;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const box = by("reply-text");
  if (event.detail.target.id !== "open" || !box) return;
  const isAnswer = event.detail.requestConfig.elt.id === "reply";
  const wasRefused = /class="notice notice-bad"/.test(event.detail.serverResponse);
  const isSent = isAnswer && !wasRefused && box.value === sent;
  draft = {
    of: opened(),
    text: isSent ? "" : box.value,
    start: isSent ? 0 : box.selectionStart,
    end: isSent ? 0 : box.selectionEnd,
    hadFocus: isAnswer || document.activeElement === box,
  };
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "open") return;
  const box = by("reply-text");
  if (draft && box && draft.of === opened()) {
    box.value = draft.text;
    if (draft.hadFocus) {
      box.focus({ preventScroll: true });
      box.setSelectionRange(draft.start, draft.end);
    }
  }
  draft = null;
  settle();
});

/* ---- a row that has the keyboard keeps it when the line is drawn anew ---- */

let focused = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "line") return;
  focused = document.activeElement?.closest(".desk-row")?.dataset.conversation ?? "";
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "line") return;
  mark();
  if (focused) rows().find((row) => row.dataset.conversation === focused)?.focus();
  focused = "";
});

// A fault of the network or the server says so and leaves the page as it is.
for (const name of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(name, lost);

function mark() {
  for (const row of rows()) {
    if (row.dataset.conversation === opened()) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function settle() {
  by("desk").classList.toggle("has-open", Boolean(opened()));
  const turns = by("turns");
  if (turns) turns.scrollTop = turns.scrollHeight;
  mark();
  by("line").setAttribute("hx-vals", JSON.stringify({ open: opened() }));
  if (opened() !== watched) watch();
}

/* ---- keys ---- */

const rows = () => Array.from(document.querySelectorAll(".desk-row"));

function step(by_much) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const current = all.findIndex((row) => row.getAttribute("aria-current"));
  const from = at >= 0 ? at : current;
  all[Math.min(Math.max(from + by_much, 0), all.length - 1)].focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  t: () => by("take")?.click(),
  r: () => by("reply-text")?.focus(),
  "?": () => by("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  const box = by("reply-text");
  if (event.target === box) {
    if (event.key === "Escape") box.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      by("reply").requestSubmit();
    }
    return;
  }
  if (event.target.closest("input, textarea, dialog[open]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

by("keys-open").addEventListener("click", () => by("keys").showModal());
settle();
watch();
