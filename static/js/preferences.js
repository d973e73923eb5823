// What was chosen in the user's menu acts at once. The theme is kept in a cookie, so that the
// server draws it; the shortcuts are kept with the user.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-single-keys]")) {
    document.body.dataset.singleKeys = event.target.checked ? "on" : "off";
  }
  if (!event.target.matches('input[name="theme"]')) return;
  const theme = event.target.value;
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
});
