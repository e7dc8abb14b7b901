// Sets the colour theme before the first paint. A file of its own, because the CSP allows no inline script.
(() => {
  let choice = "system";
  try {
    choice = localStorage.getItem("junjo.theme") || "system";
  } catch {
    // Storage may be blocked; the system theme then applies.
  }
  const dark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
