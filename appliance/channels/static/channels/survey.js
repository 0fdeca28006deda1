/* The end: five stars, a word, and a way to begin again. */
import * as api from "./api.js";
import { say } from "./words.js";

const section = document.getElementById("survey");
const form = document.getElementById("survey-form");
const fault = document.getElementById("survey-fault");
const thanks = document.getElementById("survey-thanks");
const button = form.querySelector("button");

form.addEventListener("change", () => {
  button.disabled = !form.elements.score.value;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  fault.hidden = true;
  try {
    const score = Number(form.elements.score.value);
    await api.survey({ score, comment: form.elements.comment.value.trim() });
    form.hidden = true;
    thanks.textContent = say("thanks_survey");
    thanks.hidden = false;
  } catch (problem) {
    fault.textContent = problem.message;
    fault.hidden = false;
    button.disabled = false;
  }
});

export function open() {
  form.reset();
  form.hidden = false;
  thanks.hidden = true;
  fault.hidden = true;
  button.disabled = true;
  section.hidden = false;
  section.scrollIntoView({ block: "end" });
  section.focus({ preventScroll: true });
}

export function shut() {
  section.hidden = true;
}
