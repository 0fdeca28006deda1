/* Strongroom's chat in the corner of a bank's page:
   <script src="https://BOX/widget.js" data-language="en" data-identity="TOKEN" defer></script>
   data-identity: the bank's signed word on who is here (RFC 7519); leave it out for strangers.
   It goes to the frame by message, never into an address. */
(() => {
  "use strict";
  const script = document.currentScript;
  const box = new URL(script.src).origin;
  const isEnglish = (script.dataset.language || document.documentElement.lang || "zh").toLowerCase().startsWith("en");
  const words = isEnglish
    ? { open: "Open the chat", fold: "Fold the chat away", title: "Online service" }
    : { open: "打开在线客服", fold: "收起在线客服", title: "在线客服" };
  let frame = null;

  // Styles are set one by one through the object model: the page's own policy may forbid sheets.
  const dress = (element, styles) => {
    for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value);
  };
  const drawing = (path) => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    for (const [name, value] of Object.entries({
      viewBox: "0 0 24 24", width: "28", height: "28", fill: "none", stroke: "currentColor",
      "stroke-width": "1.8", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
    })) svg.setAttribute(name, value);
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  };
  const chat = "M4 5.5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8L7 21.500v-4H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1Z";
  const cross = "m6 6 12 12M18 6 6 18";

  const button = document.createElement("button");
  button.type = "button";
  dress(button, {
    position: "fixed", right: "20px", bottom: "20px", width: "60px", height: "60px", padding: "0",
    border: "0", "border-radius": "50%", background: "#0b6652", color: "#fff", cursor: "pointer",
    "box-shadow": "0 6px 24px rgb(0 0 0 / 28%)", display: "grid", "place-items": "center",
    "z-index": "2147483000",
  });

  const isOpen = () => frame !== null && frame.style.display !== "none";
  const paint = () => {
    button.replaceChildren(drawing(isOpen() ? cross : chat));
    button.setAttribute("aria-label", isOpen() ? words.fold : words.open);
    button.setAttribute("aria-expanded", String(isOpen()));
    button.style.display = isOpen() && innerWidth < 520 ? "none" : "grid";
  };
  const place = () => {
    if (!frame) return;
    const small = innerWidth < 520;
    dress(frame, small
      ? { inset: "0", width: "100%", height: "100%", "border-radius": "0" }
      : { inset: "auto 20px 92px auto", width: "400px", height: "min(680px, calc(100vh - 112px))", "border-radius": "18px" });
    paint();
  };
  const open = () => {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = words.title;
      frame.src = `${box}/widget/?lang=${isEnglish ? "en" : "zh-hans"}`;
      dress(frame, {
        position: "fixed", border: "0", background: "transparent",
        "box-shadow": "0 16px 60px rgb(0 0 0 / 28%)", "z-index": "2147483001",
      });
      document.body.append(frame);
    }
    frame.style.display = "block";
    place();
    frame.focus();
  };
  const fold = () => {
    if (!frame) return;
    frame.style.display = "none";
    paint();
    button.focus();
  };

  button.addEventListener("click", () => (isOpen() ? fold() : open()));
  addEventListener("resize", place);
  addEventListener("message", (event) => {
    if (!frame || event.origin !== box || event.source !== frame.contentWindow) return;
    const what = event.data && event.data.strongroom;
    if (what === "fold") fold();
    if (what === "ready") {
      const token = script.dataset.identity || null;
      frame.contentWindow.postMessage({ strongroom: "identity", token }, box);
    }
  });
  const start = () => {
    document.body.append(button);
    paint();
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
