// Runs before the first paint: says that scripts work, and puts back the theme a reader chose.
(function () {
  "use strict";
  const root = document.documentElement;
  root.dataset.js = "";
  if (navigator.clipboard) root.dataset.copy = "";
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage is refused: the system's theme stays.
  }
})();
