// Small comforts. Every page works without this file; words come from the template as data attributes.
(function () {
  "use strict";
  const root = document.documentElement;

  /** Tell screen readers, once: the same words are not said twice in a row. */
  function announce(words) {
    const live = document.getElementById("live");
    if (live && words && live.textContent !== words) live.textContent = words;
  }

  /** The theme in force now, whether chosen or taken from the system. */
  function themeNow() {
    return root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  }

  function showTheme() {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.setAttribute("aria-pressed", String(themeNow() === "dark"));
    }
  }

  function toggleTheme() {
    root.dataset.theme = themeNow() === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // Storage is refused: the choice lasts for this page.
    }
    showTheme();
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copyText);
      announce(button.dataset.copied);
      button.classList.add("is-done");
      setTimeout(() => button.classList.remove("is-done"), 1500);
    } catch {
      announce(button.dataset.notCopied);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("copyText" in button.dataset) copy(button);
    else if ("themeToggle" in button.dataset) toggleTheme();
    else if ("dismiss" in button.dataset) button.closest(".toast, .notice").remove();
  });

  /** "/" goes to the search field, unless one is typing already. */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable], .editor");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const fields = [...document.querySelectorAll("main input[type=search], header input[type=search]")];
    const field = fields.find((candidate) => candidate.offsetParent !== null);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  /** A fragment that was swapped in says what it has to say: progress by quarters, results once. */
  function afterSwap(event) {
    const fragment = event.target;
    const speaker = fragment.matches("[data-announce]") ? fragment : fragment.querySelector("[data-announce]");
    if (speaker) announce(speaker.dataset.announce);
    const heading = fragment.querySelector("[data-focus]");
    if (heading) heading.focus();
  }
  document.addEventListener("htmx:load", afterSwap);

  function start() {
    showTheme();
    if (matchMedia("(max-width: 64rem)").matches) {
      // On a phone the answer comes first; the filters are one touch away.
      for (const box of document.querySelectorAll("details.filterbox")) box.open = false;
    }
    const errors = document.querySelector("[data-error-summary]");
    if (errors) errors.focus();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
