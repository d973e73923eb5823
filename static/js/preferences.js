// What was chosen in the user's menu acts at once; HTMX has it kept with the user.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-single-keys]")) {
    document.body.dataset.singleKeys = event.target.checked ? "on" : "off";
  }
  if (event.target.matches('#user-menu [name="theme"]')) {
    document.documentElement.dataset.theme = event.target.value;
  }
});

// The system chooses the colours: edges, which only then are needed, tell what colours told.
if (matchMedia("(forced-colors: active)").matches) {
  const href = document.getElementById("dialog").dataset.contrast;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
}

// Who logs out leaves no begun visit behind in the tab: draft.js keeps it there.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-log-out]")) return;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("booking-")) sessionStorage.removeItem(key);
  }
});
