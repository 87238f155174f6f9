// Measures one page with Lighthouse and prints a line of JSON: node measure.mjs CHROMIUM URL MS [COOKIE]
// Lighthouse's own phone on slow 4G (150 ms, 1.6 Mbit/s, a processor a quarter as fast as a good desktop's), with nothing
// in any cache. A machine that is itself slower than such a desktop (an index of 1,500 in Lighthouse's benchmark) slows
// the page down already: a page that takes longer than MS there is measured once more, slowed down by that much less.
import * as launcher from 'chrome-launcher';
import lighthouse from 'lighthouse';
import * as constants from 'lighthouse/core/config/constants.js';

const [chromePath, url, most, cookie] = process.argv.slice(2);
const chrome = await launcher.launch({
  chromePath,
  logLevel: 'silent',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-component-update', '--disable-background-networking', '--no-proxy-server'],
});
const DESKTOP = 1500;
const PAINT = 'largest-contentful-paint';
const ms = (lhr, id) => lhr.audits[id].numericValue;
const run = async (cpuSlowdownMultiplier) => (await lighthouse(url, {
  port: chrome.port,
  logLevel: 'silent',
  onlyCategories: ['performance'],
  extraHeaders: cookie ? { Cookie: cookie } : {},
  maxWaitForLoad: 30000,
  throttling: { ...constants.throttling.mobileSlow4G, cpuSlowdownMultiplier },
})).lhr;
try {
  let lhr = await run(4);
  const own = Math.max(1, Math.min(4, (4 * lhr.environment.benchmarkIndex) / DESKTOP));
  if (own < 4 && ms(lhr, PAINT) > Number(most)) lhr = await run(own);
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  console.log(JSON.stringify({
    final: lhr.finalDisplayedUrl,
    lcp: Math.round(ms(lhr, PAINT)),
    cls: ms(lhr, 'cumulative-layout-shift'),
    tbt: Math.round(ms(lhr, 'total-blocking-time')),
    bytes: Math.round(ms(lhr, 'total-byte-weight')),
    index: Math.round(lhr.environment.benchmarkIndex),
    score: lhr.categories.performance.score,
  }));
} finally {
  chrome.kill();
}
