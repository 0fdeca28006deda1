/* Runs before the first paint: light or dark by cookie, else as the device prefers. */
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => /(?:^|; )strongroom_theme=(light|dark)/.exec(document.cookie)?.[1];
  const apply = () => root.setAttribute("data-bs-theme", chosen() ?? (dark.matches ? "dark" : "light"));
  apply();
  dark.addEventListener("change", apply);
  const keep = (name, value) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax${secure}`;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-does]");
    if (button?.dataset.does === "theme") {
      keep("strongroom_theme", root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark");
      apply();
    }
    if (button?.dataset.does === "large") {
      const large = root.toggleAttribute("data-large");
      button.setAttribute("aria-pressed", String(large));
      keep("strongroom_large", large ? "1" : "0");
    }
  });
})();
