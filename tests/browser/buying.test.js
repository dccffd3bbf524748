// Buying: the way through, its failures, and the presses of impatient people.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  api, headline, hold, logIn, member, operator, orderButton, product, shop, toConfirmation, until,
  visitor, withBrowser,
} from './shop.js';

withBrowser();

test('a cart is bought, and its steps are followed as they happen', async (t) => {
  const page = await visitor(t);
  const mug = await product(40);
  await page.goto(`${shop}/products/${mug.id}`);
  await page.locator('#quantity').fill('2');
  await page.getByRole('button', { name: '장바구니에 담기' }).click();
  await page.getByRole('link', { name: '주문하러 가기' }).click();
  // Who is not logged in does that first, and is back where they were going.
  await page.waitForURL(/\/login\?back=%2Fcheckout$/);
  await page.locator('form.boxed [name=email]').fill(member(1));
  await page.locator('form.boxed [name=password]').fill('demo1234');
  await page.locator('form.boxed button').click();
  await page.waitForURL(`${shop}/checkout`);
  assert.equal(await page.locator('.choice :checked').count(), 1);
  await page.getByRole('button', { name: '주문 확인하기' }).click();
  await page.getByRole('heading', { name: '주문 확인', level: 1 }).waitFor();
  await orderButton(page).click();
  await headline(page, '주문이 확정됐어요');
  assert.equal(await page.locator('.progress .done').count(), 5);
  await page.goto(`${shop}/cart`);
  await page.getByText('장바구니가 비어 있어요.').waitFor();
  await page.goto(`${shop}/points`);
  await page.getByRole('link', { name: '주문 보기' }).first().waitFor();
});

test('without scripts it is bought as well', async (t) => {
  const page = await visitor(t, { width: 360, height: 740, scripts: false });
  await logIn(page, member(2));
  await toConfirmation(page, (await product(41)).id, 1);
  await orderButton(page).click();
  await page.waitForURL(/\/orders\//);
  // The page looks again by itself.
  await headline(page, '주문이 확정됐어요');
});

test('an order that fails for points says so, and the way on leads through', async (t) => {
  const page = await visitor(t);
  const { id, price } = await product(95);
  const quantity = Math.ceil(130_000 / price);
  await logIn(page, member(3));
  await toConfirmation(page, id, quantity);
  await page.getByText(/포인트 [\d,]+원이 부족해요\./).waitFor();
  await orderButton(page).click();
  await headline(page, '주문이 취소됐어요');
  await page.getByRole('heading', { name: /^포인트 [\d,]+원이 부족해요$/ }).waitFor();
  await page.getByText('상품은 다시 진열대로').waitFor();
  await page.getByText('쿠폰은 다시 내 쿠폰함으로').waitFor();
  await page.getByRole('link', { name: '포인트 충전하기' }).click();
  assert.match(await page.locator('#amount').inputValue(), /^\d+$/);
  await page.getByRole('button', { name: '충전하기', exact: true }).click();
  await page.waitForURL(/\/checkout\?lines=/);
  await page.getByRole('button', { name: '주문 확인하기' }).click();
  await orderButton(page).click();
  await headline(page, '주문이 확정됐어요');
});

test('a double click is one order', async (t) => {
  const page = await visitor(t);
  await logIn(page, member(4));
  await toConfirmation(page, (await product(42)).id, 1);
  const fields = await page.locator('form[action="/checkout/confirm"] input')
    .evaluateAll((inputs) => inputs.map((input) => [input.name, input.value]));
  await orderButton(page).dblclick();
  await headline(page, '주문이 확정됐어요');
  const ordered = page.url();
  // Once more, later, from the page that the browser still has.
  const again = await page.request.post(`${shop}/checkout/confirm`, {
    form: Object.fromEntries(fields),
    headers: { Origin: shop },
    maxRedirects: 0,
  });
  assert.equal(shop + again.headers().location, ordered);
  const { items } = await (await api(member(4)))('/orders');
  assert.equal(items.length, 1);
});

test('an open order is cancelled, and everything comes back', async (t) => {
  const page = await visitor(t);
  await logIn(page, member(5));
  const buyer = await api(member(5));
  // While somebody else holds Payment's database, no order gets past it.
  await toConfirmation(page, (await product(43)).id, 1);
  const release = await hold(t, 'payment');
  await orderButton(page).click();
  await headline(page, '주문을 처리하고 있어요');
  await page.getByRole('button', { name: '주문 취소하기' }).click();
  await page.getByText('주문을 취소했어요.').waitFor();
  await headline(page, '주문이 취소됐어요');
  await page.getByText('상품은 다시 진열대로').waitFor();
  await release();
  const admin = await api(operator);
  const saga = new URL(page.url()).pathname.replace('/orders', '/sagas');
  await until(async () => (await admin(saga)).state === 'COMPENSATED');
  assert.equal((await buyer('/points/me')).balance, 100_000);
});

test('what was bought is given back', async (t) => {
  const page = await visitor(t, { width: 360, height: 740 });
  await logIn(page, member(6));
  await toConfirmation(page, (await product(44)).id, 2);
  await orderButton(page).click();
  await headline(page, '주문이 확정됐어요');
  await page.getByText('반품 신청', { exact: true }).click();
  await page.getByRole('button', { name: '반품 신청하기' }).click();
  await headline(page, '모두 반품했어요');
  assert.equal((await (await api(member(6)))('/points/me')).balance, 100_000);
});
