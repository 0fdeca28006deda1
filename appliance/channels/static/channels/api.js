/* The customer's API. Writes carry a key, so that repeating one is safe. */
import { say } from "./words.js";

const ROOT = "/api/v1/chat";

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(method, path, { body, key, accept = "application/json" } = {}) {
  const headers = { Accept: accept, "Accept-Language": document.documentElement.lang };
  if (method === "POST") headers["Idempotency-Key"] = key ?? freshKey();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch {
    throw new Problem(0, say("offline"));
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response) {
  let told = {};
  try {
    told = await response.json();
  } catch {
    // Not a problem document: a proxy's page, or nothing at all.
  }
  return new Problem(response.status, told.detail || told.title || say("failed"));
}

const json = async (promise) => (await promise).json();

/* With the same key the same conversation, should the first answer have been lost. */
export const begin = (wanted, key) => json(ask("POST", "/conversations", { body: wanted, key }));
export const conversation = () => json(ask("GET", "/conversation"));
export const person = () => json(ask("POST", "/person"));
export const close = () => ask("POST", "/close");
export const survey = (given) => ask("POST", "/survey", { body: given });
export const judge = (id, helpful) =>
  ask("POST", `/messages/${encodeURIComponent(id)}/feedback`, { body: { helpful } });

/* Sends a message; calls on(name, data) for each event of the answer. Throws Problem. */
export async function send(text, key, on) {
  const response = await ask("POST", "/messages", {
    body: { text },
    key,
    accept: "text/event-stream",
  });
  if (!(response.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) {
    on("accepted", await response.json());
    return;
  }
  await read(response.body, on);
}

async function read(body, on) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) dispatch(block, on);
  }
}

function dispatch(block, on) {
  let name = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (data) on(name, JSON.parse(data));
}

/* Follows the conversation. on: message, state, lost, restored, gone. Returns a stop function. */
export function follow(after, on) {
  let source;
  let timer;
  let last = after;
  let isLost = false;
  const connect = () => {
    source = new EventSource(`${ROOT}/events?after=${last}`);
    source.onopen = () => {
      if (isLost) on("restored");
      isLost = false;
    };
    source.addEventListener("message", (event) => {
      last = Math.max(last, Number(event.lastEventId) || 0);
      on("message", JSON.parse(event.data));
    });
    source.addEventListener("state", (event) => on("state", JSON.parse(event.data)));
    source.onerror = () => {
      if (!isLost) on("lost");
      isLost = true;
      // A refused stream is not tried again by the browser: find out why, then decide.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(decide, 3000);
    };
  };
  const decide = () =>
    conversation().then(connect, (problem) => {
      if (problem.status === 404) on("gone");
      else timer = setTimeout(decide, 3000);
    });
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
