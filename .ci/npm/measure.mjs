// Measures one page with Lighthouse and prints a line of JSON: node measure.mjs CHROMIUM URL COOKIE
// Lighthouse's own phone on slow 4G (150 ms, 1.6 Mbit/s, a processor a quarter as fast), with nothing in any cache.
import * as launcher from 'chrome-launcher';
import lighthouse from 'lighthouse';

const [chromePath, url, cookie] = process.argv.slice(2);
const chrome = await launcher.launch({
  chromePath,
  logLevel: 'silent',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-component-update', '--disable-background-networking', '--no-proxy-server'],
});
try {
  const { lhr } = await lighthouse(url, {
    port: chrome.port,
    logLevel: 'silent',
    onlyCategories: ['performance'],
    extraHeaders: cookie ? { Cookie: cookie } : {},
    maxWaitForLoad: 30000,
  });
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
  const ms = (id) => lhr.audits[id].numericValue;
  console.log(JSON.stringify({
    final: lhr.finalDisplayedUrl,
    lcp: Math.round(ms('largest-contentful-paint')),
    cls: ms('cumulative-layout-shift'),
    tbt: Math.round(ms('total-blocking-time')),
    bytes: Math.round(ms('total-byte-weight')),
    score: lhr.categories.performance.score,
  }));
} finally {
  chrome.kill();
}
