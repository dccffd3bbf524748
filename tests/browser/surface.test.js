// Languages, colours, small screens, and what axe has to say about every page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import {
  api, logIn, member, operator, product, shop, until, visitor, withBrowser,
} from './shop.js';

withBrowser();

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every kind of page that an operator, who is a member too, can open. */
async function addresses() {
  const call = await api(operator);
  const { id } = await product(60);
  const wait = { Prefer: 'wait=3' };
  const good = await call('/orders', { items: [{ productId: id, quantity: 1 }] }, wait);
  const bad = await call('/orders', { items: [{ productId: id, quantity: 999 }] }, wait);
  assert.equal(bad.code, 'OUT_OF_STOCK');
  // The list follows the orders.
  const failed = await until(async () => {
    const { items } = await call('/orders?status=CANCELLED');
    return items[0];
  });
  return [
    '/', '/products', '/products?q=zzz', `/products/${id}`, '/cart',
    `/checkout?lines=${id}.1`, `/checkout/confirm?lines=${id}.1`,
    `/orders/${good.orderId}`, `/orders/${failed.orderId}`, '/orders', '/coupons', '/points',
    '/account', '/login', '/register', '/nowhere',
    '/console', '/console/sagas', `/console/sagas/${failed.orderId}`, '/console/parked',
    '/console/loops', '/console/invariants',
  ];
}

test('axe finds nothing, and nothing is wider than the screen', async (t) => {
  const all = await addresses();
  for (const { width, scheme, locale } of [
    { width: 360, scheme: 'light', locale: 'ko-KR' },
    { width: 360, scheme: 'dark', locale: 'en-GB' },
    { width: 1280, scheme: 'light', locale: 'en-GB' },
    { width: 1280, scheme: 'dark', locale: 'ko-KR' },
  ]) {
    await t.test(`${width} px, ${scheme}, ${locale}`, async (t) => {
      const page = await visitor(t, { width, height: 740, scheme, locale });
      await logIn(page, operator, '/orders');
      for (const address of all) {
        await page.goto(shop + address);
        const beyond = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(beyond, 0, `${address} is ${beyond} px too wide`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const told = violations.map(({ id, impact, nodes }) =>
          `${address} ${impact} ${id}: ${nodes.map((node) => node.html).join(' | ')}`);
        assert.deepEqual(told, []);
      }
    });
  }
});

test('two languages: the browser says which, and a switch says otherwise', async (t) => {
  const page = await visitor(t, { locale: 'en-GB' });
  await page.goto(shop);
  await page.getByRole('heading', { name: 'What you need, at its price.' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  await page.getByRole('button', { name: '한국어' }).click();
  await page.getByRole('heading', { name: '필요한 것만, 제값에.' }).waitFor();
  await page.goto(`${shop}/products?q=ㅁㄱㅋ`);
  await page.getByRole('link', { name: '도자기 머그컵', exact: true }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('link', { name: 'Ceramic mug', exact: true }).waitFor();
});

test('colours follow the system until somebody chooses', async (t) => {
  const page = await visitor(t, { scheme: 'dark' });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.goto(shop);
  const dark = await paper();
  await page.getByRole('button', { name: '밝게' }).click();
  const light = await paper();
  assert.notEqual(light, dark);
  await page.getByRole('button', { name: '시스템 색' }).click();
  assert.equal(await paper(), dark);
});

test('everything is reached by the keyboard alone', async (t) => {
  const page = await visitor(t);
  await page.goto(shop);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main', 'no key but Tab');
  await page.locator('#q').focus();
  await page.keyboard.type('ㅁㄱㅋ');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '‘ㅁㄱㅋ’ 검색 결과' }).waitFor();
  assert.equal(await page.locator('#q').inputValue(), 'ㅁㄱㅋ');
});

test('a page of somebody else stays theirs', async (t) => {
  const mine = await (await api(member(8)))('/orders', {
    items: [{ productId: (await product(61)).id, quantity: 1 }],
  });
  const page = await visitor(t);
  await logIn(page, member(9));
  const response = await page.goto(`${shop}/orders/${mine.orderId}`);
  assert.equal(response.status(), 404);
});
