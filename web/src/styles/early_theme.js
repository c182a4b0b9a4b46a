// Runs before the first paint: the theme that was chosen here, if any. The rest is the media query's.
(function () {
  try {
    var theme = JSON.parse(localStorage.getItem('flux.preferences') || '{}').theme;
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // A browser without storage, or with a damaged one, follows the system.
  }
})();
