/* Times in the reader's own zone and language; the server writes UTC. */
const language = document.documentElement.lang || "en";
const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const span = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });

function ago(at) {
  const seconds = Math.round((at - Date.now()) / 1000);
  if (seconds > -60) return span.format(Math.min(seconds, 0), "second");
  if (seconds > -3600) return span.format(Math.round(seconds / 60), "minute");
  if (seconds > -86400) return span.format(Math.round(seconds / 3600), "hour");
  return span.format(Math.round(seconds / 86400), "day");
}

export function localise(within = document) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const forms = { full: () => full.format(at), clock: () => clock.format(at), ago: () => ago(at) };
    time.textContent = (forms[time.dataset.form] ?? forms.full)();
    time.title = `${at.toISOString()}`;
  }
}

localise();
setInterval(localise, 15000);
document.addEventListener("htmx:afterSettle", (event) => localise(event.target));
