// Keeps room for the photos of a section, as high as they were when this tab last showed it, before anything of the page is
// seen: what only the phone has is drawn a moment later, and no answer may go from under a finger then. It is no module, so
// that it runs first; tray.js measures.
(() => {
  try {
    const at = `room:${location.pathname}`;
    const { width, rooms } = JSON.parse(sessionStorage.getItem(at));
    sessionStorage.removeItem(at); // else room is kept for ever for what is gone
    const [sheet] = document.styleSheets;
    for (const [id, height] of width === innerWidth ? rooms : []) {
      sheet.insertRule(`#section:not([data-known]) #q-${CSS.escape(id)} > [data-photo]:last-child { margin-block-end: ${Number(height)}px }`, sheet.cssRules.length);
    }
  } catch { /* nothing is known: photos make their room when they come */ }
})();
