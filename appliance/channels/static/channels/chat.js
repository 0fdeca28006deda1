/* The customer's page. Everything said lives in memory and on the server, nowhere else. */
import * as api from "./api.js";
import * as composer from "./composer.js";
import * as frame from "./frame.js";
import * as messages from "./messages.js";
import * as survey from "./survey.js";
import { say } from "./words.js";

const by = (id) => document.getElementById(id);
const { channel, language } = document.body.dataset;
const outbox = [];
let stop = () => {};
let inFlight = null;
let growing = null;
let state = null;
let waitsForAnswer = 0;

function speak(text) {
  by("spoken").textContent = text;
}

function line(id, text) {
  by(id).querySelector("span").textContent = text;
  by(id).hidden = !text;
}

/* ---- what the server says ---- */

function onMessage(message) {
  const isMine = message.author === "customer";
  let instead;
  if (isMine && inFlight && !inFlight.item.dataset.id) instead = inFlight.item;
  if (!isMine && growing) {
    instead = growing;
    growing = null;
  }
  const isNew = !messages.found(message.id);
  messages.show(message, { instead, judge });
  if (isMine || !isNew) return;
  answered();
  speak(`${say(message.author)}: ${message.text}`);
  if (document.hidden) frame.tellUnread();
}

function answered() {
  waitsForAnswer = Math.max(0, waitsForAnswer - 1);
  by("typing").hidden = waitsForAnswer === 0;
}

function onState(next) {
  const before = state;
  state = { ...state, ...next };
  const isWaiting = state.state === "waiting";
  const isWithPerson = state.state === "person";
  if (isWaiting || isWithPerson) {
    waitsForAnswer = 0;
    by("typing").hidden = true;
  }
  let told = "";
  if (isWaiting) told = state.position ? say("waiting", state.position) : say("waiting_soon");
  if (isWithPerson) told = say("with_person");
  line("line-place", told);
  by("person").disabled = isWaiting || isWithPerson;
  if (state.state === "closed" && before?.state !== "closed") end();
}

const heard = {
  message: onMessage,
  state: onState,
  lost: () => {
    by("line-lost").className = "line line-warn";
    line("line-lost", say("lost"));
  },
  restored: () => {
    by("line-lost").className = "line line-good";
    line("line-lost", say("restored"));
    setTimeout(() => line("line-lost", ""), 3000);
  },
  gone: () => {
    leave();
    complainAtDoor(say("gone"));
  },
};

/* ---- sending ---- */

function submit(text) {
  outbox.push({ text, key: api.freshKey(), item: messages.addPending(text), tries: 0 });
  pump();
}

async function pump() {
  if (inFlight || !outbox.length) return;
  inFlight = outbox.shift();
  const one = inFlight;
  try {
    await api.send(one.text, one.key, (name, data) => onAnswer(one, name, data));
    if (!one.item.dataset.id) throw new api.Problem(0, say("offline"));
  } catch (fault) {
    if (!one.item.dataset.id) unsent(one, fault);
  } finally {
    if (growing) growing.classList.remove("growing");
    inFlight = null;
    pump();
  }
}

function onAnswer(one, name, data) {
  if (name === "accepted") {
    one.item = messages.markSent(one.item, data);
    if (state?.state === "assistant") {
      waitsForAnswer += 1;
      messages.keepingPlace(() => {
        by("typing").hidden = false;
      });
    }
  } else if (name === "delta") {
    by("typing").hidden = true;
    growing ??= messages.addGrowing();
    messages.grow(growing, data.text);
  } else if (name === "reply") onMessage(data);
  else if (name === "done") {
    waitsForAnswer = 0;
    by("typing").hidden = true;
    onState(data);
  }
}

/* A refusal that a change of the text can heal gives the text back; the rest waits for a press. */
function unsent(one, fault) {
  if ([413, 422].includes(fault.status)) {
    one.item.remove();
    composer.giveBack(one.text);
    composer.complain(fault.message);
    return;
  }
  if (fault.status === 404) {
    composer.giveBack(one.text);
    heard.gone();
    return;
  }
  const again = () => {
    messages.markSending(one.item);
    outbox.push(one);
    pump();
  };
  one.tries += 1;
  // The key makes a repeat safe, so the first failures of the line are tried again alone.
  if (fault.status === 0 && one.tries <= 2) setTimeout(again, 1500 * one.tries);
  messages.markUnsent(one.item, fault.message, again);
}

async function judge(id, helpful, thumbs, button) {
  try {
    await api.judge(id, helpful);
    for (const other of thumbs.children) other.setAttribute("aria-pressed", String(other === button));
    speak(say("thanks_feedback"));
  } catch (fault) {
    composer.complain(fault.message);
  }
}

/* ---- coming and going ---- */

function complainAtDoor(sentence) {
  by("begin-fault").textContent = sentence;
  by("begin-fault").hidden = !sentence;
}

function enter(opened) {
  state = null;
  by("welcome").hidden = true;
  survey.shut();
  by("messages").hidden = false;
  by("bottom").hidden = false;
  for (const message of opened.messages ?? []) messages.show(message, { judge });
  line("line-degraded", opened.degraded?.length ? say("degraded") : "");
  if (opened.messages?.length && opened.language !== language) composer.complain(say("other_language"));
  onState(opened);
  messages.toEnd();
  if (opened.state === "closed") return;
  stop = api.follow(messages.lastPlace(), (name, data) => heard[name](data));
  composer.focus();
}

function leave() {
  stop();
  waitsForAnswer = 0;
  messages.clear();
  survey.shut();
  line("line-place", "");
  line("line-lost", "");
  by("typing").hidden = true;
  by("messages").hidden = true;
  by("bottom").hidden = true;
  by("welcome").hidden = false;
}

function end() {
  stop();
  line("line-place", "");
  by("typing").hidden = true;
  by("bottom").hidden = true;
  survey.open();
  speak(say("ended"));
}

/* What was asked for and never answered: it is asked for again in the same words. */
let unanswered = null;

async function begin({ withPerson }) {
  const buttons = [by("begin"), by("begin-person")];
  for (const button of buttons) button.disabled = true;
  complainAtDoor("");
  try {
    unanswered ??= { key: api.freshKey(), wanted: { language, channel, identity: await frame.who() } };
    const opened = await api.begin(unanswered.wanted, unanswered.key);
    unanswered = null;
    enter(opened);
    if (withPerson) await wantPerson();
  } catch (fault) {
    if (fault.status) unanswered = null;
    complainAtDoor(fault.message);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

async function wantPerson() {
  by("person").disabled = true;
  try {
    onState(await api.person());
  } catch (fault) {
    by("person").disabled = false;
    composer.complain(fault.message);
  }
}

async function wantEnd() {
  try {
    await api.close();
    onState({ state: "closed", position: null });
  } catch (fault) {
    composer.complain(fault.message);
  }
}

by("begin").addEventListener("click", () => begin({ withPerson: false }));
by("begin-person").addEventListener("click", () => begin({ withPerson: true }));
by("begin-again").addEventListener("click", () => {
  leave();
  begin({ withPerson: false });
});
by("person").addEventListener("click", wantPerson);
by("end").addEventListener("click", () => by("ask").showModal());
by("ask").addEventListener("close", () => {
  if (by("ask").returnValue === "yes") wantEnd();
  by("ask").returnValue = "";
});
composer.wire(submit);
frame.wire();

/* Only the cookie tells whether this browser has a conversation; the server reads it. */
async function arrive() {
  try {
    const opened = await api.conversation();
    if (opened.state !== "closed") enter(opened);
  } catch (fault) {
    if (fault.status !== 404) complainAtDoor(fault.message);
  }
  by("begin").disabled = false;
  by("begin-person").disabled = false;
}
arrive();
