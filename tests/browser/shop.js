// A running shop, as `cargo xtask browser` started it, and people who open it in a browser.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

/** The shop's address and its data folder, and the browser that was found. */
export const shop = required('JANGTEO_SHOP');
const data = required('JANGTEO_DATA');
const executablePath = required('JANGTEO_CHROMIUM');
const password = 'demo1234';
export const operator = 'oncall@demo';

function required(name) {
  assert.ok(process.env[name], `${name} is not set: run cargo xtask browser`);
  return process.env[name];
}

let browser;

/** Every file of tests has a browser of its own. */
export function withBrowser() {
  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });
}

export function launch() {
  // Whoever is root, as in a container, has no sandbox of their own.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

/** Somebody with a browser; what breaks a page or its policy breaks the test. */
export async function visitor(t, options = {}, of = browser) {
  const { width = 1280, height = 800, scheme = 'light', locale = 'ko-KR', scripts = true } = options;
  const context = await of.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale,
    javaScriptEnabled: scripts,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const broken = [];
  page.on('pageerror', (error) => broken.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) {
      broken.push(message.text());
    }
  });
  t?.after(async () => {
    await context.close();
    assert.deepEqual(broken, []);
  });
  return page;
}

/** Logs in by the form, and goes on to an address. */
export async function logIn(page, email, to = '/') {
  await page.goto(`${shop}/login?back=${encodeURIComponent(to)}`);
  const form = page.locator('form.boxed');
  await form.locator('[name=email]').fill(email);
  await form.locator('[name=password]').fill(password);
  await Promise.all([page.waitForURL(shop + to), form.locator('button').click()]);
}

/** Everybody of the seed has 100,000 points and four coupons; each test has its own. */
export const member = (number) => `member${String(number).padStart(2, '0')}@demo`;

/** The API, as this person would call it. */
export async function api(email) {
  const answer = await fetch(`${shop}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { accessToken } = await answer.json();
  let made = 0;
  return async (path, body, headers = {}) => {
    const response = await fetch(`${shop}/api/v1${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        Authorization: `Bearer ${accessToken}`,
        'Idempotency-Key': `browser-${process.pid}-${email}-${made += 1}`,
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return text ? JSON.parse(text) : {};
  };
}

/** The nth product of the shop, cheapest first. */
export async function product(nth) {
  const response = await fetch(`${shop}/api/v1/products?sort=PRICE_ASC&status=ON_SALE&limit=100`);
  return (await response.json()).items[nth];
}

/** What a condition gives, once it gives something. */
export async function until(condition) {
  for (let look = 0; look < 500; look += 1) {
    const found = await condition();
    if (found) return found;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  return assert.fail(`waited in vain: ${condition}`);
}

/** Holds a service's database, as a backup that hangs would; gives back what lets it go. */
export async function hold(t, service) {
  const sqlite = spawn('sqlite3', [join(data, `${service}.db`)], { stdio: ['pipe', 'pipe', 2] });
  let held = true;
  const release = async () => {
    if (!held) return;
    held = false;
    sqlite.stdin.end('ROLLBACK;\n');
    await once(sqlite, 'exit');
  };
  t.after(release);
  sqlite.stdin.write(".timeout 10000\nBEGIN IMMEDIATE;\nSELECT 'held';\n");
  const [said] = await once(sqlite.stdout, 'data');
  assert.equal(said.toString().trim(), 'held');
  return release;
}

/** From a product's page to the page that confirms the order. */
export async function toConfirmation(page, id, quantity) {
  await page.goto(`${shop}/products/${id}`);
  await page.locator('#quantity').fill(String(quantity));
  await page.locator('button[value=buy]').click();
  await page.waitForURL(/\/checkout\?/);
  await page.locator('form.columns button').click();
  await page.waitForURL(/\/checkout\/confirm/);
}

/** The button that orders. */
export const orderButton = (page) => page.locator('form[action="/checkout/confirm"] button');

export const headline = (page, text) =>
  page.locator('.headline', { hasText: text }).waitFor();
