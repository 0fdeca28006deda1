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
  // The first event of each kind tells what the page has just been given.
  let known = { line: false, conversation: false };
  const heard = (kind, name) => () => {
    if (known[kind]) window.htmx.trigger(document.body, name);
    known[kind] = true;
  };
  source = new EventSource(`/api/v1/desk/events${watched ? `?conversation=${watched}` : ""}`);
  source.addEventListener("line", heard("line", "line-changed"));
  source.addEventListener("conversation", heard("conversation", "conversation-changed"));
  source.onopen = () => {
    by("live").hidden = true;
  };
  source.onerror = () => {
    by("live").textContent = by("live").dataset.lost;
    by("live").hidden = false;
    if (source.readyState === EventSource.CLOSED) {
      timer = setTimeout(() => {
        window.htmx.trigger(document.body, "line-changed");
        watch();
      }, 5000);
    }
  };
}

/* ---- a reply that is being written outlives the refresh of what is around it ---- */

let draft = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const box = by("reply-text");
  draft = null;
  if (event.detail.target.id !== "open" || !box) return;
  const isSend = event.detail.requestConfig.verb === "post" && event.detail.requestConfig.path.endsWith("/answer/");
  const wasRefused = /class="notice notice-bad"/.test(event.detail.serverResponse);
  if (isSend && !wasRefused) {
    draft = { of: opened(), text: "", hadFocus: true };
    return;
  }
  draft = {
    of: opened(),
    text: box.value,
    start: box.selectionStart,
    end: box.selectionEnd,
    hadFocus: document.activeElement === box,
  };
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "open" && event.detail.target?.id !== "open") return;
  const box = by("reply-text");
  if (draft && box && draft.of === opened()) {
    box.value = draft.text;
    if (draft.hadFocus) {
      box.focus();
      box.setSelectionRange(draft.start ?? 0, draft.end ?? 0);
    }
  }
  settle();
});

// A fault of the network or the server says so and leaves the page as it is.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, () => {
    by("live").textContent = by("live").dataset.lost;
    by("live").hidden = false;
  });
}

function settle() {
  by("desk").classList.toggle("has-open", Boolean(opened()));
  const turns = by("turns");
  if (turns) turns.scrollTop = turns.scrollHeight;
  for (const row of rows()) {
    if (row.dataset.conversation === opened()) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  by("line").setAttribute("hx-vals", JSON.stringify({ open: opened() }));
  if (opened() !== watched) watch();
}

/* ---- keys ---- */

const rows = () => Array.from(document.querySelectorAll(".desk-row"));

function step(by_) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const current = all.findIndex((row) => row.getAttribute("aria-current"));
  const from = at >= 0 ? at : current;
  all[Math.min(Math.max(from + by_, 0), all.length - 1)].focus();
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
