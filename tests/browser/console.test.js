// The console, as it is looked at: what changes is on screen within a second.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, logIn, member, operator, product, shop, visitor, withBrowser } from './shop.js';

withBrowser();

const WITHIN_MS = 1_000;

test('a saga is on screen within a second of its end, with all its steps', async (t) => {
  const page = await visitor(t);
  await logIn(page, operator, '/console/sagas');
  const call = await api(member(10));
  const items = [{ productId: (await product(70)).id, quantity: 1 }];
  const order = await call('/orders', { items }, { Prefer: 'wait=3' });
  assert.equal(order.status, 'COMPLETED');
  const ended = performance.now();
  const row = page.locator('tr', { hasText: order.orderNumber });
  await row.getByText('완료').waitFor();
  const took = performance.now() - ended;
  assert.ok(took < WITHIN_MS, `it took ${took} ms`);
  await row.getByRole('link').click();
  await page.getByRole('img', { name: /5단계/ }).waitFor();
  assert.equal(await page.locator('svg .cell').count(), 5);
  await page.getByText(`jangteo saga show ${order.orderId}`).waitFor();
});

test('what is drawn anew can be held', async (t) => {
  const page = await visitor(t);
  await logIn(page, operator, '/console');
  const looks = [];
  page.on('request', (request) => looks.push(request.url()));
  await page.waitForRequest(`${shop}/console`);
  await page.getByRole('button', { name: '갱신 멈춤' }).click();
  await page.getByRole('button', { name: '다시 갱신' }).waitFor();
  await page.waitForTimeout(800);
  const held = looks.length;
  await page.waitForTimeout(1_200);
  assert.equal(looks.length, held);
});

test('keys lead through the console, unless somebody turns them off', async (t) => {
  const page = await visitor(t);
  await logIn(page, operator, '/console');
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.waitForURL(`${shop}/console/sagas`);
  const focused = () => page.evaluate(() => document.activeElement.id);
  await page.keyboard.press('/');
  assert.equal(await focused(), 'find');
  await page.getByRole('button', { name: '단축키 끄기' }).click();
  await page.getByRole('button', { name: '단축키 켜기' }).waitFor();
  await page.keyboard.press('/');
  assert.notEqual(await focused(), 'find');
});

test('the invariants are checked on demand', async (t) => {
  const page = await visitor(t);
  await logIn(page, operator, '/console/invariants');
  await page.getByRole('button', { name: '지금 확인' }).click();
  await page.getByText('위반이 없습니다.').waitFor();
});

test('a member sees no console', async (t) => {
  const page = await visitor(t);
  await logIn(page, member(11));
  const response = await page.goto(`${shop}/console`);
  assert.equal(response.status(), 403);
  assert.equal(await page.getByRole('link', { name: '운영 콘솔' }).count(), 0);
});
