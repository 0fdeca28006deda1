/* The widget's talk with the page around it: who the customer is, open and shut. */
let identity = null;
let arrived;
const ready = new Promise((resolve) => {
  arrived = resolve;
});

const isFramed = window.parent !== window;

window.addEventListener("message", (event) => {
  // Only the page that frames us may speak, and the server's policy says which pages may.
  if (!isFramed || event.source !== window.parent) return;
  if (event.data?.strongroom !== "identity") return;
  const token = event.data.token;
  identity = typeof token === "string" && token.length <= 4096 ? token : null;
  arrived();
});

function tell(what) {
  // No secret is in it, so it may go to whichever page frames us.
  if (isFramed) window.parent.postMessage({ strongroom: what }, "*");
}

export function wire() {
  if (!isFramed) return arrived();
  document.getElementById("fold")?.addEventListener("click", () => tell("fold"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) tell("fold");
  });
  tell("ready");
  return setTimeout(arrived, 1500);
}

export async function who() {
  await ready;
  const given = identity;
  identity = null;
  return given;
}

export const tellUnread = () => tell("unread");
