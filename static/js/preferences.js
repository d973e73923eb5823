// What was chosen in the user's menu acts at once; HTMX has it kept with the user.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-single-keys]")) {
    document.body.dataset.singleKeys = event.target.checked ? "on" : "off";
  }
  if (event.target.matches('#user-menu [name="theme"]')) {
    document.documentElement.dataset.theme = event.target.value;
  }
});
