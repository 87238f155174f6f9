// A what-if that is running: the bar moves by itself, and the page changes when it has ended. Without this script the
// page asks again every two seconds.

const card = document.getElementById('running');
const pause = ms => new Promise(r => { setTimeout(r, ms); });

async function follow() {
  for (let wait = 500; ; wait = Math.min(wait * 1.2, 3000)) {
    await pause(wait);
    let page;
    try {
      const r = await fetch(location.href);
      page = new DOMParser().parseFromString(await r.text(), 'text/html');
    } catch {
      continue; // the connection comes back, or the owner leaves
    }
    const next = page.getElementById('running');
    if (!next) {
      location.reload();
      return;
    }
    const bar = next.querySelector('progress');
    Object.assign(card.querySelector('progress'), { max: bar.max, value: bar.value });
    card.querySelector('[role="status"]').textContent = next.querySelector('[role="status"]').textContent;
  }
}

if (card) follow();
