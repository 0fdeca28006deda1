/* The box that one types in: grows, counts, sends by Enter, and never loses a word. */
import { say } from "./words.js";

const form = document.getElementById("composer");
const box = document.getElementById("text");
const count = document.getElementById("count");
const fault = document.getElementById("fault");
const limit = Number(document.body.dataset.limit);

const lengthOf = (text) => Array.from(text).length;

export function complain(sentence) {
  fault.textContent = sentence;
  fault.hidden = !sentence;
}

function adjust() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 152)}px`;
  const length = lengthOf(box.value);
  count.textContent = length ? `${length} / ${limit}` : "";
  count.title = length > limit ? say("over", length - limit) : say("left", limit - length);
  count.classList.toggle("over", length > limit);
}

/* Put a text back, before whatever has been typed since. */
export function giveBack(text) {
  box.value = box.value ? `${text}\n${box.value}` : text;
  adjust();
}

export function focus() {
  box.focus({ preventScroll: true });
}

export function wire(submit) {
  const send = () => {
    const text = box.value.trim();
    const length = lengthOf(text);
    if (!length) return complain(say("empty"));
    if (length > limit) return complain(say("too_long", limit));
    complain("");
    box.value = "";
    adjust();
    return submit(text);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
    focus();
  });
  box.addEventListener("input", () => {
    adjust();
    if (!fault.hidden) complain("");
  });
  box.addEventListener("keydown", (event) => {
    // While an input method composes, Enter chooses its candidate.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  });
}
