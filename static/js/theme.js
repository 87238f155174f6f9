// Puts the look that was chosen on this device on a page that the phone kept, before anything of it is seen: a white page
// in a dark corner of a shop is noticed. It is no module, so that it runs first.
(() => {
  const chosen = /(?:^|; )(?:__Host-)?plainclothes-theme=(light|dark|discreet)/.exec(document.cookie);
  if (chosen) document.documentElement.dataset.theme = chosen[1];
  else delete document.documentElement.dataset.theme;
  if (chosen && chosen[1] === 'discreet') document.title = 'Notes';
})();
