/* The list of messages: one element each, by id; text goes in as text, never as markup. */
import { say, secrets } from "./words.js";

const list = document.getElementById("messages");
const talk = document.getElementById("talk");
const icons = document.body.dataset.icons;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit",
  minute: "2-digit",
});

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
}

/* Stay at the end while reading there; leave a reader who scrolled up alone. */
export function keepingPlace(change) {
  const isAtEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 140;
  const result = change();
  if (isAtEnd) toEnd();
  return result;
}

export function toEnd() {
  talk.scrollTop = talk.scrollHeight;
}

export function found(id) {
  return list.querySelector(`li[data-id="${CSS.escape(id)}"]`);
}

export function clear() {
  list.replaceChildren();
}

export function lastPlace() {
  const places = Array.from(list.children, (item) => Number(item.dataset.place) || 0);
  return Math.max(0, ...places);
}

/* A bubble of the customer's that the server has not acknowledged yet. */
export function addPending(text) {
  const item = make("li", "customer pending");
  item.append(make("div", "said", text), foot(say("sending")));
  keepingPlace(() => list.append(item));
  toEnd();
  return item;
}

export function markSent(item, { id, place, dropped }) {
  const twin = found(id);
  if (twin && twin !== item) {
    item.remove();
    return twin;
  }
  item.dataset.id = id;
  item.dataset.place = place;
  item.classList.remove("pending");
  item.querySelector(".foot").replaceChildren(make("span", "", clock.format(new Date())));
  warn(item, dropped);
  return item;
}

export function markUnsent(item, detail, again) {
  const line = item.querySelector(".foot");
  const button = make("button", "again", say("again"));
  button.type = "button";
  button.addEventListener("click", again, { once: true });
  line.replaceChildren(make("span", "unsent", `${say("unsent")} ${detail}`), button);
}

export function markSending(item) {
  item.querySelector(".foot").replaceChildren(make("span", "", say("sending")));
}

/* An answer on its way: what has passed the guard so far. */
export function addGrowing() {
  const item = make("li", "assistant growing");
  item.append(head({ author: "assistant", ai: true }), make("div", "said", ""));
  keepingPlace(() => list.append(item));
  return item;
}

export function grow(item, text) {
  keepingPlace(() => item.querySelector(".said").append(text));
}

/* Show a message of the server's, in place of `instead` where there is one. */
export function show(message, { instead, judge }) {
  const before = found(message.id);
  const item = make("li", message.author);
  item.dataset.id = message.id;
  item.dataset.place = message.place;
  if (message.author !== "customer" && message.author !== "system") item.append(head(message));
  item.append(make("div", "said", message.text));
  if (message.sources?.length) item.append(sources(message.sources));
  item.append(messageFoot(message, judge));
  warn(item, message.author === "customer" ? message.dropped : []);
  keepingPlace(() => {
    if (before) before.replaceWith(item);
    else if (instead?.isConnected) instead.replaceWith(item);
    else insert(item);
    if (before && instead && instead !== before) instead.remove();
  });
  return item;
}

function insert(item) {
  const place = Number(item.dataset.place);
  const after = Array.from(list.children).find((other) => Number(other.dataset.place) > place);
  list.insertBefore(item, after ?? null);
}

function head(message) {
  const line = make("div", "head");
  line.append(make("span", "", say(message.author)));
  const label = make("span", message.ai ? "label label-ai" : "label label-agent");
  label.append(icon(message.ai ? "spark" : "person"), say(message.ai ? "ai_label" : "agent_label"));
  line.append(label);
  return line;
}

function foot(text) {
  const line = make("div", "foot");
  line.append(make("span", "", text));
  return line;
}

function messageFoot(message, judge) {
  const line = message.author === "system" ? make("div", "foot") : foot(clock.format(new Date(message.at)));
  if (message.author !== "assistant" && message.author !== "agent") return line;
  const thumbs = make("span", "thumbs");
  for (const [helpful, name] of [[true, "up"], [false, "down"]]) {
    const button = make("button");
    button.type = "button";
    button.setAttribute("aria-label", say(helpful ? "helpful" : "unhelpful"));
    button.title = say(helpful ? "helpful" : "unhelpful");
    button.setAttribute("aria-pressed", String(message.helpful === helpful));
    button.append(icon(name));
    button.addEventListener("click", () => judge(message.id, helpful, thumbs, button));
    thumbs.append(button);
  }
  line.append(thumbs);
  return line;
}

function warn(item, types) {
  item.querySelector(".warned")?.remove();
  if (!types?.length) return;
  const box = make("p", "warned");
  box.append(icon("shield"), make("span", "", say("dropped", secrets(types))));
  item.append(box);
}

function sources(given) {
  const box = make("details", "sources");
  const line = make("summary");
  line.append(icon("book"), given.length === 1 ? say("source") : say("sources", given.length));
  box.append(line);
  for (const source of given) box.append(article(source));
  return box;
}

function article(source) {
  const box = make("section", "article");
  const title = make("h3", "", source.title);
  title.append(make("small", "", say("version", source.version)));
  const text = make("p");
  // Offsets count characters, not UTF-16 units.
  const characters = Array.from(source.text ?? "");
  let at = 0;
  for (const sentence of [...source.sentences].sort((a, b) => a.start - b.start)) {
    text.append(characters.slice(at, sentence.start).join(""));
    text.append(make("mark", "", characters.slice(sentence.start, sentence.end).join("") || sentence.text));
    at = sentence.end;
  }
  text.append(characters.slice(at).join(""));
  box.append(title, text);
  return box;
}
