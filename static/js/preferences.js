// The theme that was chosen in the user's menu: kept in a cookie, so that the server draws it.
document.addEventListener("change", (event) => {
  if (!event.target.matches('input[name="theme"]')) return;
  const theme = event.target.value;
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
});
